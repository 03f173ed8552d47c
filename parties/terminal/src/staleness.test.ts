import { createMemoryStorage } from '@unifare/core'
import { encodeCustomField } from '@unifare/ridecode'
import { describe, expect, it } from 'vitest'
import { newCard, VISITOR } from './cards.fixture.ts'
import { codeFixture } from './code.fixture.ts'
import { STALENESS, stalenessAt } from './staleness.ts'
import { AT, type Bench, bundles, ENTRY_GATE, openBench, tap } from './terminal.fixture.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const RIDER = '3190000350000000013'
const FRIEND = '3190000350000000021'
const NETWORK = encodeCustomField({ companions: 2, riskClass: 'standard', schemes: [] })

/** A code shown so long after the last refresh, by a phone that was online within the day. */
async function show(
  bench: Bench,
  afterMs: number,
  changes: Parameters<typeof codeFixture.code>[1] | object = {},
) {
  bench.clock.set(AT + afterMs)
  const atS = Math.floor((AT + afterMs) / 1000)
  const code = await codeFixture.code(atS, { issuer: VISITOR, custom: NETWORK, ...changes })
  return bench.terminal.presentCode(code)
}

describe('what lists of an age allow', () => {
  it.each([
    [0, 'fresh'],
    [HOUR_MS, 'fresh'],
    [HOUR_MS + 1, 'aged'],
    [DAY_MS, 'aged'],
    [DAY_MS + 1, 'old'],
    [7 * DAY_MS, 'old'],
    [7 * DAY_MS + 1, 'expired'],
    [400 * DAY_MS, 'expired'],
  ] as const)('after %i ms: %s', (ageMs, stage) => {
    expect(stalenessAt(AT, AT + ageMs).stage).toBe(stage)
  })

  it('never everything and never nothing; the first row alone is without limits', () => {
    expect(STALENESS.map(({ companions, alarm }) => [companions, alarm])).toEqual([
      [true, false],
      [false, false],
      [false, false],
      [false, true],
    ])
    expect(stalenessAt(0, AT).stage).toBe('expired')
  })
})

describe('a terminal without network', () => {
  it('takes companions for an hour, then the rider alone', async () => {
    const bench = await openBench()
    expect(await show(bench, HOUR_MS - 2_000)).toMatchObject({ ok: true })
    expect(await show(bench, HOUR_MS - 1_000)).toMatchObject({ ok: true })
    expect(await show(bench, HOUR_MS)).toMatchObject({ ok: true })
    expect(await show(bench, HOUR_MS + 1_000)).toMatchObject({ reason: 'code.too-soon' })
    const friend = { cardAccount: FRIEND }
    expect(await show(bench, HOUR_MS + 2_000, friend)).toMatchObject({ ok: true })
    expect(await show(bench, HOUR_MS + 8_000, friend)).toMatchObject({ reason: 'code.too-soon' })
  })

  it("nor does it take a companion's own credential then", async () => {
    const bench = await openBench()
    const custom = encodeCustomField({
      companions: 0,
      companion: true,
      riskClass: 'standard',
      schemes: [],
    })
    expect(await show(bench, HOUR_MS, { custom })).toMatchObject({ ok: true })
    expect(await show(bench, 2 * HOUR_MS, { custom })).toMatchObject({ reason: 'bundle.limited' })
  })

  it('within the day takes an account twice, whatever it did while the lists were new', async () => {
    const bench = await openBench({}, { lists: await bundles([], { from: AT - 1 }) })
    for (const [hours, expected] of [
      [2, true],
      [3, true],
      [4, false],
      [20, false],
    ] as const) {
      const decision = await show(bench, hours * HOUR_MS)
      expect(decision.ok, `${hours} h`).toBe(expected)
      if (!decision.ok) expect(decision.reason).toBe('bundle.limited')
    }
    expect(await show(bench, 20 * HOUR_MS, { cardAccount: FRIEND })).toMatchObject({ ok: true })
    await bench.terminal.refresh()
    expect(await show(bench, 20 * HOUR_MS + 60_000)).toMatchObject({ ok: true })
  })

  it('does not count an entry whose gate nobody passed, and counts on after a crash', async () => {
    const bench = await openBench(ENTRY_GATE)
    for (const [hours, event] of [
      [2, 'passed'],
      [3, 'timed-out'],
      [4, 'passed'],
    ] as const) {
      const decision = await show(bench, hours * HOUR_MS)
      expect(decision).toMatchObject({ ok: true })
      await bench.terminal.gateEvent(decision.sequence, event)
    }
    const again = await bench.restart()
    expect(await show(again, 5 * HOUR_MS)).toMatchObject({ reason: 'bundle.limited' })
  })

  it('after a day takes codes whose credential was issued since, by who says how long they live', async () => {
    const bench = await openBench()
    expect(await show(bench, 2 * DAY_MS)).toMatchObject({ ok: true })
    const doubtful = { cardAccount: FRIEND, custom: new Uint8Array(0) }
    expect(await show(bench, 2 * DAY_MS, doubtful)).toMatchObject({ reason: 'bundle.limited' })
    const ended = { cardAccount: FRIEND, authorisationExpiryS: (AT + 2 * DAY_MS) / 1000 }
    expect(await show(bench, 2 * DAY_MS, ended)).toMatchObject({ reason: 'bundle.limited' })
  })

  it('after seven days takes cards alone and raises the alarm; thirty days change nothing', async () => {
    const bench = await openBench()
    expect(await show(bench, 7 * DAY_MS)).toMatchObject({ ok: true })
    for (const days of [8, 30]) {
      expect(await show(bench, days * DAY_MS)).toMatchObject({ reason: 'bundle.stale' })
      expect(await tap(bench, await newCard())).toMatchObject({ ok: true })
      expect(bench.terminal.status().staleness).toMatchObject({ stage: 'expired', alarm: true })
    }
    await bench.terminal.refresh()
    expect(await show(bench, 30 * DAY_MS + 1_000)).toMatchObject({ ok: true })
  })
})

describe('when lists count as new', () => {
  it('an answer that brings nothing newer confirms them, also after a restart', async () => {
    const bench = await openBench()
    bench.clock.set(AT + 8 * DAY_MS)
    expect(bench.terminal.status().staleness.stage).toBe('expired')
    expect(await bench.terminal.refresh()).toBe(0)
    expect(bench.terminal.status()).toMatchObject({ listsAt: AT + 8 * DAY_MS })
    await bench.terminal.close()
    const { terminal } = await bench.restart()
    expect(terminal.status()).toMatchObject({ listsAt: AT + 8 * DAY_MS, waiting: 0 })
  })

  it('an operator that is cut off from the centre makes them no newer than it heard', async () => {
    const bench = await openBench()
    bench.clock.set(AT + 9 * DAY_MS)
    bench.operator.asOf = AT + DAY_MS
    await bench.terminal.refresh()
    expect(bench.terminal.status()).toMatchObject({
      listsAt: AT + DAY_MS,
      staleness: { stage: 'expired' },
    })
    bench.operator.asOf = AT + 400 * DAY_MS
    await bench.terminal.refresh()
    expect(bench.terminal.status().listsAt).toBe(AT + 9 * DAY_MS)
  })

  it('an answer with a list that is refused does not; nor do lists without a deny list', async () => {
    const bench = await openBench()
    bench.clock.set(AT + 2 * HOUR_MS)
    const [first, ...others] = await bundles([], { version: 2, from: AT + HOUR_MS })
    bench.operator.bundles = [{ ...first, signature: 'F'.repeat(128) }]
    await expect(bench.terminal.refresh()).rejects.toMatchObject({ code: 'bundle.bad-signature' })
    expect(bench.terminal.status().listsAt).toBe(AT)
    const lists = others.filter(({ kind }) => kind !== 'deny')
    const bare = await openBench({}, { lists, storage: createMemoryStorage() })
    expect(bare.terminal.status().listsAt).toBe(0)
    expect(await bare.terminal.presentCode(await codeOf(RIDER))).toMatchObject({
      reason: 'bundle.stale',
    })
  })
})

const codeOf = (cardAccount: string) =>
  codeFixture.code(AT / 1000, { issuer: VISITOR, custom: NETWORK, cardAccount })
