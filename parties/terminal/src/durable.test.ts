import { createMemoryStorage, type Storage } from '@unifare/core'
import { describe, expect, it } from 'vitest'
import { newCard, VISITOR } from './cards.fixture.ts'
import { codeFixture } from './code.fixture.ts'
import { AT, bundles, DEBIT, openBench, tap, watched } from './terminal.fixture.ts'

/** Tells every write, sync and command in the order in which they end. */
function observed(events: string[]): Storage {
  const storage = createMemoryStorage()
  return {
    ...storage,
    async open(name) {
      const file = await storage.open(name)
      return {
        ...file,
        async write(offset, ...parts) {
          await file.write(offset, ...parts)
          events.push('write')
        },
        async sync() {
          await file.sync()
          events.push('sync')
        },
      }
    },
  }
}

describe('durable before visible', () => {
  it('a card: PENDING is synced before DEBIT, the tap is synced before the go', async () => {
    const events: string[] = []
    const storage = observed(events)
    const bench = await openBench({}, { storage, indicate: () => void events.push('go') })
    const slot = await newCard()
    events.length = 0
    const transport = watched(slot, (instruction) => {
      if (instruction === DEBIT) events.push('DEBIT')
    })
    expect(await bench.terminal.presentCard(transport)).toMatchObject({ ok: true })
    expect(events).toEqual(['write', 'sync', 'DEBIT', 'write', 'sync', 'go'])
  })

  it('a code: the tap is synced before the go', async () => {
    const events: string[] = []
    const storage = observed(events)
    const bench = await openBench({}, { storage, indicate: () => void events.push('go') })
    events.length = 0
    await bench.terminal.presentCode(await codeFixture.code(AT / 1000, { issuer: VISITOR }))
    expect(events).toEqual(['write', 'sync', 'go'])
  })

  it('the go of a refusal is never given', async () => {
    const shown: unknown[] = []
    const bench = await openBench({}, { indicate: (decision) => void shown.push(decision) })
    expect(await tap(bench, await newCard({ balanceFen: 0 }))).toMatchObject({ ok: false })
    expect(shown).toEqual([])
  })

  it('only records that are synced travel, also when one is appended meanwhile', async () => {
    const bench = await openBench()
    await tap(bench, await newCard())
    const uploading = bench.terminal.upload()
    const refused = bench.terminal.presentCode(Uint8Array.of(1))
    await Promise.all([uploading, refused])
    expect(bench.operator.taps().map(({ kind }) => kind)).toEqual(['purchase'])
    await bench.terminal.upload()
    expect(bench.operator.taps().map(({ kind }) => kind)).toEqual(['purchase', 'refused'])
  })
})

describe('a disk that fails', () => {
  it.each([
    ['the write of PENDING', 1, 5_000],
    ['the sync of PENDING', 2, 5_000],
    ['the write of the tap', 3, 4_800],
    ['the sync of the tap', 4, 4_800],
  ])('%s: out of service, and no debit without a durable record', async (_, operation, balance) => {
    const storage = createMemoryStorage()
    const shown: unknown[] = []
    const bench = await openBench({}, { storage, indicate: (go) => void shown.push(go) })
    const slot = await newCard()
    storage.failAt(operation)
    expect(await tap(bench, slot)).toEqual({
      ok: false,
      reason: 'storage.failed',
      sequence: 0,
      detail: 'journal.failed',
    })
    expect(slot.card().memory.balanceFen).toBe(balance)
    expect(await tap(bench, slot)).toMatchObject({ reason: 'storage.failed' })
    expect(slot.card().memory.balanceFen).toBe(balance)
    expect(shown).toEqual([])
    await expect(bench.terminal.upload()).rejects.toMatchObject({ code: 'journal.failed' })
    storage.crash()
    const again = await bench.restart()
    expect(await tap(again, slot)).toMatchObject({ ok: true, completed: balance === 4_800 })
    expect(slot.card().memory.balanceFen).toBe(4_800)
    await again.terminal.upload()
    expect(again.operator.taps().map(({ amountFen }) => amountFen)).toEqual([200])
  })

  it.each([1, 2])(
    'operation %i at a code: nothing is shown, and the code is good again',
    async (operation) => {
      const storage = createMemoryStorage()
      const bench = await openBench({}, { storage })
      const code = await codeFixture.code(AT / 1000, { issuer: VISITOR })
      storage.failAt(operation)
      expect(await bench.terminal.presentCode(code)).toMatchObject({ reason: 'storage.failed' })
      storage.crash()
      const again = await bench.restart()
      expect(await again.terminal.presentCode(code)).toMatchObject({ ok: true })
      await again.terminal.upload()
      expect(again.operator.taps().map(({ kind }) => kind)).toEqual(['purchase'])
    },
  )

  it('keeps its lists when new ones cannot be stored', async () => {
    const storage = createMemoryStorage()
    const bench = await openBench({}, { storage })
    const held = bench.terminal.lists()
    bench.operator.bundles = await bundles([], { version: 2 })
    storage.failAt(1)
    await expect(bench.terminal.refresh()).rejects.toThrow('replace failed')
    expect(bench.terminal.lists()).toBe(held)
  })
})
