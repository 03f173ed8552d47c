import { describe, expect, test } from 'vitest'
import { utf8 } from './bytes.ts'
import { pureHashes } from './hashes.ts'
import { openJournal } from './journal.ts'
import { createMemoryStorage } from './memory-storage.ts'
import { listSegments, readSegment } from './segment-reader.ts'

async function records(storage: ReturnType<typeof createMemoryStorage>, segment: number) {
  const read = []
  const from = { storage, journal: 'intake', segment, hashes: pureHashes }
  for await (const record of readSegment(from)) read.push(record)
  return read.map(({ index, payload }) => [index, new TextDecoder().decode(payload)])
}

async function filled() {
  const storage = createMemoryStorage()
  const journal = await openJournal({ storage, name: 'intake', maxSegmentBytes: 160 })
  for (const text of ['one', 'two', 'three', 'four']) {
    journal.append(utf8(text))
    if (text !== 'one') await journal.sync()
  }
  await journal.close()
  return storage
}

describe('segments of a journal', () => {
  test('give all records with their places, segment by segment', async () => {
    const storage = await filled()
    const segments = await listSegments(storage, 'intake')
    expect(segments.length).toBeGreaterThan(1)
    const all = []
    for (const segment of segments) all.push(...(await records(storage, segment)))
    expect(all).toEqual([
      [0, 'one'],
      [1, 'two'],
      [2, 'three'],
      [3, 'four'],
    ])
  })

  test('of another journal, or missing, are none', async () => {
    const storage = await filled()
    expect(await listSegments(storage, 'other')).toEqual([])
    await expect(records(storage, 99)).rejects.toMatchObject({ code: 'journal.corrupt' })
  })

  test('with a broken group are refused, not cut short', async () => {
    const storage = await filled()
    const name = 'intake-000001.seg'
    const bytes = (await storage.read(name)) as Uint8Array
    bytes[110] = (bytes[110] as number) ^ 1
    await storage.replace(name, bytes)
    await expect(records(storage, 1)).rejects.toMatchObject({ code: 'journal.corrupt' })
  })
})
