import { createMemoryStorage, type MemoryStorage } from '@unifare/core'
import { describe, expect, it } from 'vitest'
import { newCard, VISITOR } from './cards.fixture.ts'
import { codeFixture } from './code.fixture.ts'
import { AT, type Bench, bundles, DEBIT, openBench, tap, watched } from './terminal.fixture.ts'

const SEGMENT = 'terminal-413100000001-000001.seg'
const OTHER = '3120000001000000025'

/** One disk per cut: the journal up to a byte, and zeros of preallocation behind it or nothing. */
async function cutDisks(storage: MemoryStorage, from: number) {
  const whole = (await storage.read(SEGMENT)) ?? new Uint8Array()
  const lists = (await storage.read('lists-413100000001.json')) ?? new Uint8Array()
  return Promise.all(
    Array.from({ length: whole.length - from + 1 }, async (_, index) => {
      const cut = from + index
      const disk = createMemoryStorage()
      const tail = new Uint8Array(cut % 2 === 0 ? cut : cut + 4_096)
      tail.set(whole.subarray(0, cut))
      await disk.replace(SEGMENT, tail)
      await disk.replace('lists-413100000001.json', lists)
      return { cut, disk, whole: cut === whole.length }
    }),
  )
}

async function lengthOf(storage: MemoryStorage): Promise<number> {
  return (await storage.read(SEGMENT))?.length ?? 0
}

/** Uploads everything and tells it, oldest first. */
async function uploaded(bench: Bench) {
  bench.clock.set(AT + 300_000)
  while ((await bench.terminal.upload()) > 0);
  const records = bench.operator.taps()
  expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, index) => index + 1))
  return records.map(({ kind, account }) => `${kind} ${account}`)
}

/** A terminal on a disk that is as the cut left it. */
const openOn = (storage: MemoryStorage) => openBench({}, { storage, lists: false })

describe('the journal cut at every byte of its last record', () => {
  it('a card tap: kept or found again on the card, never half, never paid twice', async () => {
    const storage = createMemoryStorage()
    const bench = await openBench({}, { storage })
    await tap(bench, await newCard({ number: OTHER }))
    const slot = await newCard()
    const from = { pending: 0, tap: 0 }
    from.pending = await lengthOf(storage)
    const transport = watched(slot, async (instruction) => {
      if (instruction === DEBIT) from.tap = await lengthOf(storage)
    })
    await bench.terminal.presentCard(transport)
    const debited = slot.card()
    expect(from.tap).toBeGreaterThan(from.pending)
    for (const { cut, disk } of await cutDisks(storage, from.tap)) {
      const again = await openOn(disk)
      expect(await tap(again, slot), `cut at ${cut}`).toMatchObject({
        completed: true,
        sequence: 2,
      })
      expect(slot.card().memory.balanceFen, `cut at ${cut}`).toBe(debited.memory.balanceFen)
      expect(await uploaded(again), `cut at ${cut}`).toEqual([
        `purchase ${OTHER}`,
        `purchase 3120000001000000017`,
      ])
    }
  })

  it('a prepared debit: forgotten or resolved, and the next presentation pays', async () => {
    const storage = createMemoryStorage()
    const bench = await openBench({}, { storage })
    await tap(bench, await newCard({ number: OTHER }))
    const from = await lengthOf(storage)
    const gone = watched(await newCard(), (instruction) => {
      if (instruction !== DEBIT) return
      storage.kill()
      throw new Error('killed')
    })
    await expect(bench.terminal.presentCard(gone)).rejects.toThrow('killed')
    for (const { cut, disk } of await cutDisks(storage, from)) {
      const again = await openOn(disk)
      const slot = await newCard()
      expect(await tap(again, slot), `cut at ${cut}`).toMatchObject({
        completed: false,
        sequence: 2,
      })
      expect(slot.card().memory.balanceFen, `cut at ${cut}`).toBe(4_800)
    }
  })

  it('a code tap: kept or lost, and its rider pays once with a fresh code', async () => {
    const storage = createMemoryStorage()
    const bench = await openBench({}, { storage, lists: await bundles() })
    await tap(bench, await newCard({ number: OTHER }))
    const from = await lengthOf(storage)
    const codeAt = (s: number) => codeFixture.code(AT / 1000 + s, { issuer: VISITOR })
    await bench.terminal.presentCode(await codeAt(0))
    const fresh = await codeAt(10)
    for (const { cut, disk, whole } of await cutDisks(storage, from)) {
      const again = await openOn(disk)
      again.clock.set(AT + 10_000)
      expect(await again.terminal.presentCode(fresh), `cut at ${cut}`).toMatchObject({
        ok: true,
        sequence: whole ? 4 : 2,
      })
      const records = await uploaded(again)
      expect(records.length, `cut at ${cut}`).toBe(whole ? 4 : 2)
    }
  }, 30_000)
})
