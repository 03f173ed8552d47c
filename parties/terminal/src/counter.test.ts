import { decodeTrip, TRIP } from '@unifare/card'
import { REASONS } from '@unifare/tap'
import { describe, expect, it } from 'vitest'
import { newCard, viewOf } from './cards.fixture.ts'
import type { RepairOrder } from './metered.ts'
import { AT, beside, ENTRY_GATE, EXIT_GATE, openBench, recordsOf, tap } from './terminal.fixture.ts'

const MINUTE_MS = 60_000
const DESK = { mode: 'metro', station: 18, role: 'repair', terminal: '413100000003' } as const
/** From station 17 to 18. */
const FARE_FEN = 400

async function openStation() {
  const entry = await openBench(ENTRY_GATE)
  const exit = await beside(entry, { ...EXIT_GATE, terminal: '413100000002' })
  const desk = await beside(entry, DESK)
  const later = (minutes: number) => entry.clock.set(entry.clock.now() + minutes * MINUTE_MS)
  const mend = async (slot: Awaited<ReturnType<typeof newCard>>, repair: RepairOrder) =>
    tap(desk, slot, { repair })
  return { entry, exit, desk, later, mend }
}

describe('an entry that is missing', () => {
  it('is written by the counter: status 03, trip 08, and any gate lets the rider out', async () => {
    const { exit, desk, later, mend } = await openStation()
    const slot = await newCard()
    expect(await tap(exit, slot)).toMatchObject({ reason: 'card.no-entry' })
    expect(await mend(slot, { fix: 'entry', line: 2, station: 17 })).toMatchObject({
      kind: 'repair',
      amountFen: 0,
    })
    const { rail, lastTrip } = await viewOf(slot)
    expect(rail).toMatchObject({ status: 3, entryTime: '20261121080000', exitTime: '0'.repeat(14) })
    expect(decodeTrip(lastTrip ?? new Uint8Array()).trip).toMatchObject({
      type: TRIP.repair,
      amountFen: 0,
      station: 17,
    })
    later(10)
    expect(await tap(exit, slot)).toMatchObject({ kind: 'exit', amountFen: FARE_FEN })
    expect((await viewOf(slot)).rail).toMatchObject({ status: 2 })
    expect((await recordsOf(desk))[0]).toMatchObject({ kind: 'repair', entry: null, station: 17 })
    expect((await recordsOf(exit)).at(-1)).toMatchObject({ entry: { station: 17, at: AT } })
  })

  it('is none for who has one, or holds less than the tariff asks for', async () => {
    const { entry, mend } = await openStation()
    const order = { fix: 'entry', line: 2, station: 17 } as const
    const slot = await newCard()
    await tap(entry, slot)
    expect(await mend(slot, order)).toMatchObject({ reason: 'card.nothing-to-repair' })
    const poor = await newCard({ balanceFen: 199, number: '3120000001000000025' })
    expect(await mend(poor, order)).toMatchObject({ reason: 'card.insufficient-balance' })
  })
})

describe('an exit that is missing', () => {
  it.each([
    ['stated station', { station: 18 }, FARE_FEN, undefined],
    ['station where the rider entered', { station: 17 }, 200, undefined],
    ['unknown station: the highest fare', { station: null }, 400, 'repair.maximum'],
    ['cash', { station: 18, payment: 'cash' }, 0, 'repair.cash'],
    ['by leave of staff', { station: 17, payment: 'waived' }, 0, 'repair.waived'],
  ] as const)('is written by the counter: status 04; %s', async (_, order, fen, reason) => {
    const { entry, desk, later, mend } = await openStation()
    const slot = await newCard()
    await tap(entry, slot)
    later(40)
    expect(await mend(slot, { fix: 'exit', ...order })).toMatchObject({
      kind: 'repair',
      amountFen: fen,
      balanceFen: 5_000 - fen,
    })
    const { rail, lastTrip } = await viewOf(slot)
    expect(rail).toMatchObject({ status: 4, chargedFen: fen })
    expect(decodeTrip(lastTrip ?? new Uint8Array()).trip).toMatchObject({
      type: TRIP.repair,
      amountFen: fen,
    })
    expect((await recordsOf(desk))[0]).toMatchObject({
      entry: { station: 17, at: AT },
      durationS: 2_400,
      reason: reason === undefined ? 0 : REASONS[reason].number,
    })
    later(5)
    expect(await tap(entry, slot)).toMatchObject({ ok: true, kind: 'entry' })
  })

  it('of yesterday is priced to the time that the rider states: no overtime', async () => {
    const { entry, later, mend } = await openStation()
    const slot = await newCard()
    await tap(entry, slot)
    later(24 * 60)
    const leftAt = AT + 30 * MINUTE_MS
    const order = { fix: 'exit', station: 18, leftAt } as const
    expect(await mend(slot, order)).toMatchObject({ amountFen: FARE_FEN })
    const another = await newCard({ number: '3120000001000000025' })
    await tap(entry, another)
    later(5 * 60)
    // Over 240 minutes: the highest fare on top.
    expect(await mend(another, { fix: 'exit', station: 18 })).toMatchObject({ amountFen: 800 })
  })

  it('cannot lie before its entry or in the future', async () => {
    const { entry, later, mend } = await openStation()
    const slot = await newCard()
    await tap(entry, slot)
    later(40)
    for (const leftAt of [AT - 1_000, AT + 41 * MINUTE_MS]) {
      expect(await mend(slot, { fix: 'exit', station: 18, leftAt })).toMatchObject({
        detail: 'fares.exit-before-entry',
      })
    }
    expect((await viewOf(slot)).rail?.status).toBe(1)
  })

  it('is none for a card without an open trip', async () => {
    const { mend } = await openStation()
    expect(await mend(await newCard(), { fix: 'exit', station: 18 })).toMatchObject({
      reason: 'card.nothing-to-repair',
    })
  })
})

describe('a rider who is short of money at the exit', () => {
  it('is sent to top up or to the counter, where the same fare is asked for', async () => {
    const { entry, exit, later, mend } = await openStation()
    const slot = await newCard({ balanceFen: 399 })
    await tap(entry, slot)
    later(20)
    expect(await tap(exit, slot)).toMatchObject({ reason: 'card.short-of-fare' })
    expect(await mend(slot, { fix: 'exit', station: 18 })).toMatchObject({
      reason: 'card.short-of-fare',
    })
    expect((await viewOf(slot)).balanceFen).toBe(399)
    expect(await mend(slot, { fix: 'exit', station: 18, payment: 'cash' })).toMatchObject({
      ok: true,
      balanceFen: 399,
    })
    expect((await viewOf(slot)).rail?.status).toBe(4)
  })
})

describe('the counter', () => {
  it('does nothing without an order', async () => {
    const { desk } = await openStation()
    expect(await tap(desk, await newCard())).toMatchObject({ detail: 'terminal.no-order' })
  })

  it('leaves the trips of other operators to them', async () => {
    const { entry, mend } = await openStation()
    const slot = await newCard()
    await tap(entry, slot)
    slot.card().memory.variable[0x1a]?.[0]?.set([0x12, 0x00], 19)
    for (const order of [
      { fix: 'exit', station: 18 },
      { fix: 'entry', line: 2, station: 17 },
    ] as const) {
      expect(await mend(slot, order)).toMatchObject({ reason: 'card.open-elsewhere' })
    }
  })
})
