import { createMemoryStorage, createSeededRandom } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY } from '../clearing.fixture.ts'
import { refusal } from '../files/files.fixture.ts'
import {
  encodeShardFile,
  openClosedDay,
  SECTIONS,
  type Section,
  type SectionKind,
  shardFile,
} from './shard-file.ts'

const KINDS = Object.keys(SECTIONS) as SectionKind[]
const random = createSeededRandom('shard files')
const sections: Section[] = KINDS.map((kind, bucket) => ({
  kind,
  bucket,
  bytes: random.bytes(32 * bucket),
}))
const whole = encodeShardFile(sections)

/** Reads all sections of a day. */
async function readAll(storage: ReturnType<typeof createMemoryStorage>) {
  const closed = await openClosedDay(storage, DAY)
  const read: Section[] = []
  for (const { kind, bucket } of sections) {
    read.push({ kind, bucket, bytes: await closed.read(kind, bucket) })
  }
  return read
}

async function storageOf(files: Readonly<Record<string, Uint8Array>>) {
  const storage = createMemoryStorage()
  for (const [name, bytes] of Object.entries(files)) await storage.replace(name, bytes)
  return storage
}

const only = shardFile(DAY, 0, 1)

describe('the file of a closed shard', () => {
  test('gives back what was written, also in memory that was used before', async () => {
    expect(await readAll(await storageOf({ [only]: whole }))).toEqual(sections)
    const room = new Uint8Array(whole.length * 2).fill(0xee).buffer
    expect(encodeShardFile(sections, room)).toEqual(whole)
  })

  test('tells every bit that is not as it was written', async () => {
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const bytes = whole.slice()
      bytes[bit >>> 3]! ^= 1 << (bit & 7)
      const code = await refusal(readAll(await storageOf({ [only]: bytes })))
      expect([bit, code]).toEqual([bit, 'centre.damaged-file'])
    }
  })

  test('tells what is cut off, zeros, and words that changed places', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 64 }), async (at, n) => {
        const cut = whole.slice(0, at)
        const zeros = whole.slice().fill(0, at, at + n)
        const moved = whole.slice()
        const [from, to] = [at - (at % 4), (n * 4) % (whole.length - 4)]
        moved.set(whole.subarray(from, from + 4), to)
        moved.set(whole.subarray(to, to + 4), from)
        for (const bytes of [cut, zeros, moved]) {
          if (bytes.every((byte, i) => byte === whole[i]) && bytes.length === whole.length) continue
          expect(await refusal(readAll(await storageOf({ [only]: bytes })))).toBe(
            'centre.damaged-file',
          )
        }
      }),
    )
  })

  test('is one of all that a clearing left: no other number of shards is mixed in', async () => {
    const none = encodeShardFile([])
    const [first, second] = [shardFile(DAY, 0, 2), shardFile(DAY, 1, 2)]
    const complete = { [first]: whole, [second]: none }
    expect(await readAll(await storageOf(complete))).toEqual(sections)
    for (const missing of [{ [first]: whole }, { [second]: none }, {}]) {
      expect(await refusal(readAll(await storageOf(missing)))).toBe('centre.no-closed-day')
    }
    const stale = encodeShardFile(sections.map((one) => ({ ...one, bytes: random.bytes(64) })))
    const begun = await storageOf({ ...complete, [shardFile(DAY, 0, 4)]: stale })
    expect(await readAll(begun)).toEqual(sections)
    const emptied = await storageOf({ ...complete, [only]: none })
    expect(await readAll(emptied)).toEqual(sections)
    const twice = await storageOf({ ...complete, [only]: stale })
    expect(await refusal(readAll(twice))).toBe('centre.no-closed-day')
  })
})
