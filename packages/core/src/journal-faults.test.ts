import { describe, expect, it } from 'vitest'
import { fromUtf8, utf8 } from './bytes.ts'
import { type Journal, openJournal } from './journal.ts'
import { createMemoryStorage, type MemoryStorage } from './memory-storage.ts'
import { createSeededRandom, randomInteger } from './seeded-random.ts'

const open = (storage: MemoryStorage) =>
  openJournal({ storage, name: 'taps', maxSegmentBytes: 400 })

async function contents(journal: Journal): Promise<string[]> {
  return (await journal.read(0, journal.length)).map((record) => fromUtf8(record.payload))
}

/** Appends groups until done or broken; returns what was acknowledged, and all that was tried. */
async function work(storage: MemoryStorage, groups: number) {
  const acknowledged: string[] = []
  const tried: string[] = []
  let failure: unknown
  try {
    const journal = await open(storage)
    for (const text of await contents(journal)) {
      acknowledged.push(text)
      tried.push(text)
    }
    for (let group = 0; group < groups; group++) {
      const texts = Array.from({ length: 1 + (group % 3) }, (_, i) => `${tried.length + i}`)
      for (const text of texts) {
        tried.push(text)
        journal.append(utf8(text))
      }
      await journal.sync()
      acknowledged.push(...texts)
    }
  } catch (error) {
    failure = error
  }
  return { acknowledged, tried, failure }
}

/** Everything acknowledged is there, in order, and nothing that was never tried. */
function expectKept(kept: readonly string[], run: Awaited<ReturnType<typeof work>>): void {
  expect(kept.slice(0, run.acknowledged.length)).toEqual(run.acknowledged)
  expect(run.tried.slice(0, kept.length)).toEqual(kept)
}

/** How many acknowledged records a power cut takes, over many runs. */
async function lostAfterCrashes(ignoreSync: boolean): Promise<number> {
  let lost = 0
  for (let seed = 0; seed < 40; seed++) {
    const storage = createMemoryStorage({ ignoreSync })
    const random = createSeededRandom(seed)
    const run = await work(storage, 1 + randomInteger(random, 12))
    storage.crash(random)
    const kept = await open(storage).then(contents, (): string[] => [])
    lost += run.acknowledged.filter((text) => !kept.includes(text)).length
  }
  return lost
}

describe('power cut', () => {
  it('takes nothing that was acknowledged', async () => {
    expect(await lostAfterCrashes(false)).toBe(0)
  })

  it('takes acknowledged records when the disk does not sync: the test above can fail', async () => {
    expect(await lostAfterCrashes(true)).toBeGreaterThan(0)
  })

  it('takes nothing that an opened journal showed, even if it was never synced before', async () => {
    const storage = createMemoryStorage()
    const journal = await open(storage)
    journal.append(utf8('written, not synced'))
    storage.failAt(2)
    await expect(journal.sync()).rejects.toMatchObject({ code: 'journal.failed' })
    storage.kill()
    expect(await contents(await open(storage))).toEqual(['written, not synced'])
    storage.crash()
    expect(await contents(await open(storage))).toEqual(['written, not synced'])
  })

  it('at any moment of a run leaves a journal that opens', async () => {
    for (let moment = 1; moment < 60; moment++) {
      const storage = createMemoryStorage()
      const random = createSeededRandom(`moment ${moment}`)
      storage.failAt(moment)
      const first = await work(storage, 20)
      storage.failAt(undefined)
      storage.crash(random)
      expectKept(await contents(await open(storage)), first)
      // Life goes on in the same files.
      const second = await work(storage, 3)
      expect(second.failure).toBeUndefined()
      storage.crash()
      expect(await contents(await open(storage))).toEqual(second.acknowledged)
    }
  })
})

describe('a full disk', () => {
  it('is told by its name, takes nothing that was acknowledged, and the next run goes on', async () => {
    const healthy = createMemoryStorage()
    await work(healthy, 15)
    const segments = await healthy.list('')
    expect(segments.length).toBeGreaterThan(2)
    const files = await Promise.all(segments.map((name) => healthy.read(name)))
    const bytes = files.reduce((sum, file) => sum + (file?.length ?? 0), 0)
    for (let room = 0; room < bytes; room += 7) {
      const storage = createMemoryStorage()
      storage.leaveRoom(room)
      const run = await work(storage, 15)
      expect(run.failure).toMatchObject({ code: 'storage.full' })
      storage.kill()
      // What was torn is settled in the room that it has; a new journal needs some for its header.
      if (room >= 64) expectKept(await contents(await open(storage)), run)
      storage.leaveRoom(undefined)
      const next = await work(storage, 3)
      expect(next.failure).toBeUndefined()
      expect(next.acknowledged.slice(0, run.acknowledged.length)).toEqual(run.acknowledged)
      storage.crash()
      expect(await contents(await open(storage))).toEqual(next.acknowledged)
    }
  })

  it('stops every later append, not only the one that found it', async () => {
    const storage = createMemoryStorage()
    const journal = await open(storage)
    storage.leaveRoom(0)
    journal.append(utf8('no room'))
    await expect(journal.sync()).rejects.toMatchObject({ code: 'storage.full' })
    storage.leaveRoom(undefined)
    expect(() => journal.append(utf8('x'))).toThrow(
      expect.objectContaining({ code: 'storage.full' }),
    )
  })
})

describe('the n-th operation fails', () => {
  it('and what was acknowledged before is kept, for every n', async () => {
    const healthy = createMemoryStorage()
    await work(healthy, 15)
    const { writes, syncs, replaces } = healthy.counts
    for (let n = 1; n <= writes + syncs + replaces; n++) {
      const storage = createMemoryStorage()
      storage.failAt(n)
      const run = await work(storage, 15)
      expect(String(run.failure)).toContain('simulated')
      storage.kill()
      expectKept(await contents(await open(storage)), run)
    }
  })

  it('and nothing is acknowledged after it until the journal is opened again', async () => {
    const storage = createMemoryStorage()
    const journal = await open(storage)
    journal.append(utf8('kept'))
    await journal.sync()
    storage.failAt(2)
    journal.append(utf8('lost'))
    const shared = [journal.sync(), journal.sync()]
    for (const sync of shared) await expect(sync).rejects.toMatchObject({ code: 'journal.failed' })
    await expect(journal.sync()).rejects.toMatchObject({ code: 'journal.failed' })
    expect(() => journal.append(utf8('more'))).toThrow(
      expect.objectContaining({ code: 'journal.failed' }),
    )
    await journal.close()
    storage.crash()
    const again = await open(storage)
    again.append(utf8('next'))
    await again.sync()
    expect(await contents(again)).toEqual(['kept', 'next'])
  })
})
