import { equalBytes, toHex } from '@unifare/core'
import { CHAIN_START } from '@unifare/tap'
import { describe, expect, it } from 'vitest'
import { newCard } from './cards.fixture.ts'
import { AT, type Bench, openBench, tap } from './terminal.fixture.ts'

/** Rides of as many cards. */
async function ride(bench: Bench, count: number, from = 0): Promise<void> {
  for (let index = from; index < from + count; index++) {
    const number = `312000000100000${String(index).padStart(4, '0')}`
    await tap(bench, await newCard({ number }))
  }
}

describe('an upload', () => {
  it('sends what is new, signed, chained and with the lists held', async () => {
    const bench = await openBench()
    await ride(bench, 2)
    expect(await bench.terminal.upload()).toBe(0)
    await ride(bench, 1, 2)
    expect(await bench.terminal.upload()).toBe(0)
    expect(await bench.terminal.upload()).toBe(0)
    const [first, second] = bench.operator.batches.map(({ header }) => header)
    expect(first).toMatchObject({ first: 1, end: 3, amountFen: 400, createdAt: AT })
    expect(first?.bundles.map(({ kind, version }) => [kind, version])).toEqual([
      ['acceptance', 1],
      ['issuer-keys', 1],
      ['deny', 1],
      ['tariffs', 1],
    ])
    expect(second).toMatchObject({ first: 3, end: 4, previous: first?.chain })
    expect(bench.operator.batches).toHaveLength(2)
  })

  it('goes on where it stood after a restart, with the same chain', async () => {
    const bench = await openBench()
    await ride(bench, 2)
    await bench.terminal.upload()
    await ride(bench, 1, 2)
    await bench.terminal.close()
    const again = await bench.restart()
    await ride(again, 1, 3)
    await again.terminal.upload()
    const [first, second] = bench.operator.batches.map(({ header }) => header)
    expect(second).toMatchObject({ first: 3, end: 5, previous: first?.chain })
  })

  it('repeats the same records until one is acknowledged', async () => {
    const bench = await openBench()
    await ride(bench, 2)
    bench.operator.end = ({ header }) => header.first
    expect(await bench.terminal.upload()).toBe(2)
    bench.operator.end = ({ header }) => header.first + 1
    expect(await bench.terminal.upload()).toBe(1)
    bench.operator.end = undefined
    expect(await bench.terminal.upload()).toBe(0)
    const spans = bench.operator.batches.map(({ header: { first, end } }) => [first, end])
    expect(spans).toEqual([
      [1, 3],
      [1, 3],
      [2, 3],
    ])
  })

  it('lets go of nothing that it did not send, and of nothing for an answer that is none', async () => {
    const bench = await openBench()
    await ride(bench, 1)
    bench.operator.end = () => 'all'
    await expect(bench.terminal.upload()).rejects.toMatchObject({ code: 'message.malformed' })
    bench.operator.end = () => 99
    const uploading = bench.terminal.upload()
    await ride(bench, 1, 1)
    await uploading
    bench.operator.end = undefined
    await bench.terminal.upload()
    expect(bench.operator.batches.at(-1)?.header).toMatchObject({ first: 2, end: 3 })
  })

  it('keeps acknowledged records readable', async () => {
    const bench = await openBench()
    await ride(bench, 1)
    await bench.terminal.upload()
    const sent = bench.operator.batches[0]
    expect(sent?.header.previous).toBe(toHex(CHAIN_START))
    const kept = await bench.terminal.record(1)
    expect(equalBytes(kept ?? new Uint8Array(), sent?.records[0] ?? new Uint8Array())).toBe(true)
    expect(await bench.terminal.record(2)).toBeUndefined()
  })
})
