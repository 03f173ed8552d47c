import { createManualClock } from '@unifare/core'
import { describe, expect, it } from 'vitest'
import { newCard, VISITOR } from './cards.fixture.ts'
import { codeFixture } from './code.fixture.ts'
import { AT, type Bench, openBench, recordsOf, tap } from './terminal.fixture.ts'
import { createTrustedTime } from './trusted-time.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const YEAR_MS = 365 * DAY_MS

const show = async (bench: Bench, madeMs: number) =>
  bench.terminal.presentCode(await codeFixture.code(madeMs / 1000, { issuer: VISITOR }))

describe('the time of a terminal', () => {
  it.each([
    ['three days', 3 * DAY_MS],
    ['an hour', HOUR_MS],
    ['eleven seconds', 11_000],
  ])('does not go back by %s below its records: codes are refused, cards go on', async (_, ms) => {
    const bench = await openBench()
    bench.clock.set(AT + DAY_MS)
    expect(await tap(bench, await newCard())).toMatchObject({ ok: true })
    const back = AT + DAY_MS - ms
    bench.clock.set(back)
    expect(await show(bench, back)).toMatchObject({ reason: 'clock.untrusted' })
    expect(await tap(bench, await newCard({ number: '3120000001000000025' }))).toMatchObject({
      ok: true,
    })
    const again = await bench.restart()
    expect(await show(again, back)).toMatchObject({ reason: 'clock.untrusted' })
    again.clock.set(AT + DAY_MS)
    const records = await recordsOf(again)
    expect(records.map(({ at, timeQuality }) => [at, timeQuality])).toEqual([
      [AT + DAY_MS, 'synced-2s'],
      [AT + DAY_MS, 'unknown'],
      [AT + DAY_MS, 'unknown'],
      [AT + DAY_MS, 'unknown'],
    ])
  })

  it('does not go back below the list, the answer, the acknowledgement that were signed', async () => {
    const bench = await openBench()
    bench.clock.set(AT + DAY_MS)
    await bench.terminal.refresh()
    bench.clock.set(AT + HOUR_MS)
    expect(await show(bench, AT + HOUR_MS)).toMatchObject({ reason: 'clock.untrusted' })
    const listed = await openBench()
    listed.clock.set(AT - HOUR_MS)
    expect(await show(listed, AT - HOUR_MS)).toMatchObject({ reason: 'clock.untrusted' })
  })

  it('within ten seconds it stands still, and no expired code comes back to life', async () => {
    const bench = await openBench()
    bench.clock.set(AT + 70_000)
    await tap(bench, await newCard())
    bench.clock.set(AT + 61_000)
    // Good for 60 s from AT on: over at the floor, and at the clock as well.
    expect(await show(bench, AT)).toMatchObject({ reason: 'code.expired' })
    expect(await show(bench, AT + 61_000)).toMatchObject({ ok: true })
  })

  it('a clock ten years ahead takes no code of today, and one signed time heals it', async () => {
    const bench = await openBench()
    bench.clock.set(AT + 10 * YEAR_MS)
    expect(await show(bench, AT)).toMatchObject({ ok: false })
    expect(await tap(bench, await newCard())).toMatchObject({ ok: true })
    bench.clock.set(AT + 60_000)
    expect(await show(bench, AT + 60_000)).toMatchObject({ reason: 'clock.untrusted' })
    await bench.terminal.refresh()
    expect(await show(bench, AT + 60_000)).toMatchObject({ ok: true })
    const again = await bench.restart()
    again.clock.set(AT + 90_000)
    expect(await show(again, AT + 90_000)).toMatchObject({ ok: true })
  })

  it('a machine that vouches for nothing takes codes once a signed time agreed', async () => {
    const clock = createManualClock(AT, 'unknown')
    const alone = await openBench({}, { clock, lists: false })
    expect(await show(alone, AT)).toMatchObject({ reason: 'clock.untrusted' })
    const bench = await openBench({}, { clock })
    expect(await show(bench, AT)).toMatchObject({ ok: true })
    expect(bench.terminal.status().quality).toBe('synced-10s')
    clock.set(AT + HOUR_MS)
    const again = await bench.restart()
    expect(again.terminal.status().quality).toBe('free-running')
    expect(await show(again, AT + HOUR_MS)).toMatchObject({ ok: true })
    clock.set(AT - HOUR_MS)
    expect(await show(again, AT - HOUR_MS)).toMatchObject({ reason: 'clock.untrusted' })
  })
})

describe('the quality of a clock', () => {
  const open = (quality: 'unknown' | 'free-running' | 'synced-2s') => {
    const clock = createManualClock(AT, quality)
    return { clock, time: createTrustedTime(clock, { floor: AT }) }
  }

  it('is that of a signed time for a day, then the clock runs free', async () => {
    const { clock, time } = open('unknown')
    expect(time.quality()).toBe('unknown')
    expect(time.hear(AT + 10_000)).toBe(true)
    expect(time.quality()).toBe('synced-10s')
    await clock.advance(DAY_MS + 1)
    expect(time.quality()).toBe('free-running')
  })

  it('is none where a signed time disagrees, and where the clock was set back', async () => {
    const { clock, time } = open('free-running')
    expect(time.hear(AT + 10_001)).toBe(false)
    expect([time.quality(), time.now()]).toEqual(['unknown', AT + 10_001])
    await clock.advance(HOUR_MS)
    expect(time.hear(AT + HOUR_MS)).toBe(true)
    expect(time.quality()).toBe('synced-10s')
    await clock.advance(HOUR_MS)
    clock.set(clock.now() - 2_001)
    expect(time.quality()).toBe('unknown')
    expect(time.hear(clock.now())).toBe(true)
    expect(time.quality()).toBe('synced-10s')
  })

  it('is what a synchronised machine says, whatever the operator thinks', () => {
    const { time } = open('synced-2s')
    time.hear(AT - HOUR_MS)
    expect(time.quality()).toBe('synced-2s')
  })
})
