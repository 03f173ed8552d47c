import { decodeTrip, TRIP, tearing } from '@unifare/card'
import { REASONS } from '@unifare/tap'
import { describe, expect, it } from 'vitest'
import { newCard, VISITOR, viewOf } from './cards.fixture.ts'
import { codeFixture } from './code.fixture.ts'
import type { TerminalConfig } from './config.ts'
import {
  AT,
  type Bench,
  beside,
  bundles,
  DEBIT,
  DISTANCE_BUS,
  OPERATOR,
  openBench,
  recordsOf,
  tap,
} from './terminal.fixture.ts'

/** Beijing's distance bus: 2 yuan to 10 km, 1 more for 5 km, cards half; 6 yuan are marked. */

const MINUTE_MS = 60_000
const MARKED_FEN = 600
/** Stops 1 to 4, 8 km apart. */
const BUS = { mode: 'bus', line: 7, vehicle: 'A1', stopsM: [0, 8_000, 16_000, 24_000] } as const
const FRONT = { ...BUS, role: 'board', station: 1, terminal: '413100000011' } as const
const BACK = { ...BUS, role: 'alight', station: 3, terminal: '413100000012' } as const

async function openBus(place: Partial<TerminalConfig> = {}) {
  const lists = await bundles([], { tariffs: DISTANCE_BUS })
  const front = await openBench({ ...FRONT, ...place }, { lists })
  const back = await beside(front, { ...BACK, ...place }, { lists })
  const later = (minutes: number) => front.clock.set(front.clock.now() + minutes * MINUTE_MS)
  return { front, back, later, lists }
}

async function kindsOf(bench: Bench) {
  return (await recordsOf(bench)).map(({ kind, amountFen }) => [kind, amountFen])
}

describe('a ride', () => {
  it('boards with 0 and a marked amount, alights with the fare of the way', async () => {
    const { front, back, later } = await openBus()
    const slot = await newCard()
    expect(await tap(front, slot, { stop: 2 })).toMatchObject({
      ok: true,
      kind: 'entry',
      amountFen: 0,
      balanceFen: 5_000,
    })
    const { bus, lastTrip } = await viewOf(slot)
    expect(bus).toMatchObject({
      status: 1,
      boardingInstitution: `${OPERATOR}FFFFFFFF`,
      boardingLine: 7,
      boardingStop: 2,
      boardingTime: '20261121080000',
      markedFen: MARKED_FEN,
      amountFen: 0,
      direction: 0xab,
    })
    expect(decodeTrip(lastTrip ?? new Uint8Array())).toMatchObject({
      trip: { type: TRIP.entry, amountFen: 0, maxFareFen: MARKED_FEN },
    })
    later(30)
    // 16 km: 4 yuan, half with a card.
    expect(await tap(back, slot, { stop: 4 })).toMatchObject({ kind: 'exit', amountFen: 200 })
    expect((await viewOf(slot)).bus).toMatchObject({
      status: 2,
      boardingStop: 2,
      alightingStop: 4,
      amountFen: 200,
      mileage: 160,
    })
    const [record] = await recordsOf(back)
    expect(record).toMatchObject({
      station: 4,
      distanceM: 16_000,
      entry: { city: '5210', line: 7, station: 2, at: AT },
    })
  })

  it('the distance that the vehicle tells wins over the stops', async () => {
    const { front, back, later } = await openBus()
    const slot = await newCard()
    await tap(front, slot)
    later(30)
    expect(await tap(back, slot, { stop: 4, distanceM: 9_000 })).toMatchObject({ amountFen: 100 })
  })

  it('by code boards and alights, too, at the stop of the bus', async () => {
    const { front, back, later } = await openBus()
    const codeAt = (s: number) => codeFixture.code(AT / 1000 + s, { issuer: VISITOR })
    expect(await front.terminal.presentCode(await codeAt(0), { stop: 2 })).toMatchObject({
      kind: 'entry',
    })
    later(20)
    const out = await back.terminal.presentCode(await codeAt(1_200), {
      stop: 4,
      distanceM: 16_000,
    })
    expect(out).toMatchObject({ kind: 'exit' })
    expect((await recordsOf(back))[0]).toMatchObject({ station: 4, distanceM: 16_000 })
    const desk = await beside(front, { ...FRONT, role: 'repair', terminal: '413100000013' })
    expect(await desk.terminal.presentCode(await codeAt(1_202))).toMatchObject({
      reason: 'acceptance.not-listed',
    })
  })
})

describe('a ride that was left open', () => {
  it('is recovered first, as a purchase and a tap of its own, and then the card boards', async () => {
    const { front, later } = await openBus()
    const slot = await newCard()
    await tap(front, slot, { stop: 2 })
    later(90)
    expect(await tap(front, slot, { stop: 3 })).toEqual({
      ok: true,
      kind: 'entry',
      sequence: 3,
      amountFen: 0,
      balanceFen: 4_400,
      completed: false,
      recoveredFen: MARKED_FEN,
    })
    const records = await recordsOf(front)
    expect(records.map(({ kind, amountFen }) => [kind, amountFen])).toEqual([
      ['entry', 0],
      ['repair', MARKED_FEN],
      ['entry', 0],
    ])
    expect(records[1]).toMatchObject({
      reason: REASONS['repair.marked'].number,
      entry: { line: 7, station: 2, at: AT },
      counter: 2,
    })
    expect((await viewOf(slot)).bus).toMatchObject({ status: 1, boardingStop: 3 })
  })

  it('is explained on the card: a repair in the trip log with its amount', async () => {
    const { front, later } = await openBus()
    const slot = await newCard()
    await tap(front, slot)
    later(90)
    await tap(front, slot)
    const trips = slot.card().memory.cyclic[0x1e]?.records ?? []
    expect(trips.map((trip) => decodeTrip(trip).trip).slice(0, 3)).toMatchObject([
      { type: TRIP.entry, amountFen: 0 },
      { type: TRIP.repair, amountFen: MARKED_FEN, industry: 2 },
      { type: TRIP.entry, amountFen: 0 },
    ])
  })

  it('costs it once: the next boarding, and the counter, find nothing', async () => {
    const { front, back, later, lists } = await openBus()
    const desk = await beside(
      front,
      { ...FRONT, role: 'repair', terminal: '413100000013' },
      { lists },
    )
    const slot = await newCard()
    await tap(front, slot)
    later(90)
    await tap(front, slot)
    later(30)
    expect(await tap(back, slot)).toMatchObject({ kind: 'exit', amountFen: 200 })
    later(30)
    expect(await tap(desk, slot, { repair: { fix: 'bus' } })).toMatchObject({
      reason: 'card.nothing-to-repair',
    })
    expect(await tap(front, slot)).not.toHaveProperty('recoveredFen')
    expect((await viewOf(slot)).balanceFen).toBe(5_000 - MARKED_FEN - 200)
  })

  it.each([
    [MARKED_FEN + 199, 'too little for both: nothing is debited'],
    [MARKED_FEN - 1, 'less than the marked amount'],
  ])('with %i fen, %s', async (balanceFen) => {
    const { front, later } = await openBus()
    const slot = await newCard({ balanceFen })
    await tap(front, slot)
    later(90)
    expect(await tap(front, slot)).toMatchObject({ reason: 'card.insufficient-balance' })
    const view = await viewOf(slot)
    expect([view.balanceFen, view.bus?.status]).toEqual([balanceFen, 1])
  })

  it('with just enough for both', async () => {
    const { front, later } = await openBus()
    const slot = await newCard({ balanceFen: MARKED_FEN + 200 })
    await tap(front, slot)
    later(90)
    expect(await tap(front, slot)).toMatchObject({ ok: true, balanceFen: 200 })
  })

  it('of another operator is left to it, unless there is an agreement', async () => {
    const { front, later, lists } = await openBus()
    const slot = await newCard()
    await tap(front, slot)
    const raw = slot.card().memory.variable[0x1a]?.[1]
    raw?.set([0x12, 0x00, 0x00, 0x01], 17)
    later(90)
    expect(await tap(front, slot)).toMatchObject({ reason: 'card.open-elsewhere' })
    expect((await viewOf(slot)).balanceFen).toBe(5_000)
    const agreed = { ...FRONT, recoversFor: ['12000001'], terminal: '413100000014' }
    const other = await beside(front, agreed, { lists })
    expect(await tap(other, slot)).toMatchObject({ ok: true, recoveredFen: MARKED_FEN })
  })

  it('is taken at the counter, or ended there for cash or by leave of staff', async () => {
    const { front, later, lists } = await openBus()
    const desk = await beside(
      front,
      { ...FRONT, role: 'repair', terminal: '413100000013' },
      { lists },
    )
    for (const [payment, paidFen, reason] of [
      ['card', MARKED_FEN, 'repair.marked'],
      ['cash', 0, 'repair.cash'],
      ['waived', 0, 'repair.waived'],
    ] as const) {
      const slot = await newCard()
      await tap(front, slot)
      later(20)
      expect(await tap(desk, slot, { repair: { fix: 'bus', payment } })).toMatchObject({
        kind: 'repair',
        amountFen: paidFen,
      })
      const view = await viewOf(slot)
      expect([view.balanceFen, view.bus?.status]).toEqual([5_000 - paidFen, 2])
      expect((await recordsOf(desk)).at(-1)?.reason).toBe(REASONS[reason].number)
    }
  })

  it.each(['before', 'after'] as const)(
    'cut %s the debit of the boarding: recovered once, and shown when the card boards',
    async (point) => {
      const { front, later } = await openBus()
      const slot = await newCard()
      await tap(front, slot)
      later(90)
      let debits = 0
      const torn = tearing(slot, (apdu) =>
        apdu[1] === DEBIT && ++debits === 2 ? point : undefined,
      )
      slot.reset()
      expect(await front.terminal.presentCard(torn)).toMatchObject({ reason: 'card.torn' })
      expect(slot.card().memory.balanceFen).toBe(4_400)
      const again = await front.restart()
      expect(await tap(again, slot)).toMatchObject({
        ok: true,
        kind: 'entry',
        recoveredFen: MARKED_FEN,
        completed: point === 'after',
      })
      expect((await kindsOf(again)).filter(([kind]) => kind === 'repair')).toHaveLength(1)
      expect((await viewOf(slot)).balanceFen).toBe(4_400)
    },
  )

  it('cut after the debit of the recovery: proven, stored, and the card boards', async () => {
    const { front, later } = await openBus()
    const slot = await newCard()
    await tap(front, slot)
    later(90)
    const torn = tearing(slot, (apdu) => (apdu[1] === DEBIT ? 'after' : undefined))
    slot.reset()
    await front.terminal.presentCard(torn)
    expect(slot.card().memory.balanceFen).toBe(4_400)
    expect(await tap(front, slot)).toMatchObject({
      ok: true,
      kind: 'entry',
      completed: false,
      recoveredFen: MARKED_FEN,
    })
    expect(await kindsOf(front)).toEqual([
      ['entry', 0],
      ['refused', 0],
      ['repair', MARKED_FEN],
      ['entry', 0],
    ])
  })
})

describe('what a bus refuses', () => {
  it('a second tap of who just boarded: on board already', async () => {
    const { front, later } = await openBus()
    const slot = await newCard()
    await tap(front, slot)
    later(4)
    expect(await tap(front, slot, { stop: 2 })).toMatchObject({ reason: 'card.on-board' })
    later(2)
    expect(await tap(front, slot, { stop: 2 })).toMatchObject({ ok: true, recoveredFen: 600 })
  })

  it('to alight without boarding, or from another bus or line', async () => {
    const { front, back, lists } = await openBus()
    const slot = await newCard()
    expect(await tap(back, slot)).toMatchObject({ reason: 'card.no-entry' })
    await tap(front, slot)
    for (const place of [{ vehicle: 'B2' }, { line: 8 }]) {
      const other = await beside(front, { ...BACK, ...place, terminal: '413100000015' }, { lists })
      expect(await tap(other, slot)).toMatchObject({ reason: 'card.no-entry' })
    }
    expect((await viewOf(slot)).bus?.status).toBe(1)
  })

  it('a purse without what the tariff asks for at boarding, or the fare when alighting', async () => {
    const { front, back } = await openBus()
    const poor = await newCard({ balanceFen: 199 })
    expect(await tap(front, poor)).toMatchObject({ reason: 'card.insufficient-balance' })
    expect((await viewOf(poor)).bus?.status).toBe(0)
    const slot = await newCard({ balanceFen: 200, number: '3120000001000000025' })
    await tap(front, slot)
    expect(await tap(back, slot, { stop: 4, distanceM: 24_000 })).toMatchObject({
      reason: 'card.short-of-fare',
    })
    const { balanceFen, bus } = await viewOf(slot)
    expect([balanceFen, bus?.status]).toEqual([200, 1])
  })

  it('a stop that no record can keep, and a way that nobody measured', async () => {
    const { front, back } = await openBus()
    const slot = await newCard()
    expect(await tap(front, slot, { stop: 256 })).toMatchObject({ reason: 'fare.unknown' })
    await tap(front, slot, { stop: 200 })
    expect(await tap(back, slot)).toMatchObject({
      reason: 'fare.unknown',
      detail: 'fares.missing-distance',
    })
  })
})
