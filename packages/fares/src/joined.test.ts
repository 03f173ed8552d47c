import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AccountRide, type FareAccount, NEW_ACCOUNT, priceNext, rate } from './account.ts'
import { compileTariff } from './compile.ts'
import { rideOn, tariffNamed, twoStations } from './fares.fixture.ts'
import { parseTariff } from './parse-tariff.ts'
import type { Tariff } from './tariff.ts'

const MINUTE = 60_000
/** Saturday 21 November 2026, 08:00 in China. */
const AT = Date.UTC(2026, 10, 21)
const DAY = '2026-11-21'
const POLICY = { textZh: '测试', textEn: 'test', source: 0, when: {} }
const STATIONS = 30

/** Stations 2 km apart; a rider may leave and go on anywhere, as often as he likes. */
function joining(part: Partial<Tariff> = {}) {
  const tariff = parseTariff({
    ...tariffNamed('beijing-metro'),
    discounts: [],
    accumulation: [],
    timeLimits: [],
    transfers: [
      {
        ...POLICY,
        id: 'street',
        from: {},
        withinS: 1800,
        counts: 'from-end' as const,
        most: null,
        effect: { kind: 'join' as const },
      },
    ],
    ...part,
  })
  const { stations, lines, ...network } = twoStations('beijing-metro', 2_000)
  const ids = Array.from({ length: STATIONS }, (_, at) => at + 1)
  const [line] = lines
  const [station] = stations
  if (line === undefined || station === undefined) throw new Error('a network has a line')
  const compiled = compileTariff(tariff, {
    ...network,
    stations: ids.map((id) => ({ ...station, id, nameZh: `${id}`, nameEn: `${id}` })),
    lines: [{ ...line, stations: ids, metres: ids.slice(1).map(() => 2_000) }],
  })
  const leg = (from: number, to: number, startMinute: number): AccountRide =>
    rideOn(tariff, {
      at: AT + (startMinute + 10) * MINUTE,
      entry: { station: from, at: AT + startMinute * MINUTE },
      exit: { station: to, at: AT + (startMinute + 10) * MINUTE },
      medium: 'card',
    })
  return { compiled, leg }
}

const steps = (kind: 'following-trips' | 'by-part', counts: 'paid' | 'base') => ({
  ...POLICY,
  id: 'month',
  period: 'calendar-month' as const,
  kind,
  counts,
  steps: [
    { fromFen: 10_000, payPpm: 800_000 },
    { fromFen: 15_000, payPpm: 500_000 },
    { fromFen: 40_000, payPpm: 1_000_000 },
  ],
})
const cap = (period: 'day' | 'week' | 'month', amountFen: number) => ({
  ...POLICY,
  id: `cap-${period}`,
  period,
  amountFen,
})
const MONTHS: Record<string, Partial<Tariff>> = {
  'no steps': {},
  'following trips on paid money': { accumulation: [steps('following-trips', 'paid')] },
  'following trips on base money': { accumulation: [steps('following-trips', 'base')] },
  'parts on paid money': { accumulation: [steps('by-part', 'paid')] },
  'parts on base money': { accumulation: [steps('by-part', 'base')] },
  'steps with caps': {
    accumulation: [steps('following-trips', 'paid')],
    caps: [cap('day', 1_500), cap('week', 6_000), cap('month', 20_000)],
  },
  'a percentage with parts on base money': {
    discounts: [{ ...POLICY, id: 'card', effect: { kind: 'percent', payPpm: 933_333 } }],
    accumulation: [steps('by-part', 'base')],
  },
}

const openings = fc
  .record({
    dayFen: fc.nat(2_000),
    weekFen: fc.nat(7_000),
    monthFen: fc.nat(45_000),
    baseFen: fc.nat(45_000),
  })
  .map(
    ({ dayFen, weekFen, monthFen, baseFen }): FareAccount => ({
      ...NEW_ACCOUNT,
      day: DAY,
      week: '2026-11-16',
      month: '2026-11',
      year: '2026',
      spent: { dayFen, weekFen, monthFen },
      monthToDate: { trips: 20, paidFen: monthFen, baseFen },
    }),
  )
/** Stations on a way in one direction. */
const ways = fc.uniqueArray(fc.integer({ min: 1, max: STATIONS }), {
  minLength: 2,
  maxLength: 6,
  comparator: 'SameValue',
})

test.each(Object.entries(MONTHS))(
  'legs joined cost what the one ride costs in the same account, wherever it is split: %s',
  (_, part) => {
    const { compiled, leg } = joining(part)
    fc.assert(
      fc.property(openings, ways, (opening, stations) => {
        const way = stations.toSorted((a, b) => a - b)
        const legs = way.slice(1).map((to, at) => leg(way[at] ?? 0, to, at * 20))
        const [first] = legs
        const last = legs.at(-1)
        if (first?.entry === undefined || last === undefined) throw new Error('a way has two ends')
        const chain = rate(compiled, legs, opening)
        const one = priceNext(compiled, opening, { ...last, entry: first.entry })
        const paid = chain.priced.map((priced) => {
          if (!priced.ok) throw new Error(priced.code)
          const sum = priced.parts.reduce((all, { amountFen }) => all + amountFen, 0)
          expect(sum).toBe(priced.amountFen)
          return priced.amountFen
        })
        if (!one.priced.ok) throw new Error(one.priced.code)
        expect(paid.reduce((all, amountFen) => all + amountFen, 0)).toBe(one.priced.amountFen)
        const { previous: before, ...account } = chain.account
        const { previous: after, ...single } = one.account
        expect(account).toEqual(single)
        expect(before?.join?.paidFen).toBe(after?.join?.paidFen)
      }),
      { numRuns: 60 },
    )
  },
)

test('a bus before the chain is none of its legs: its money is not taken off', () => {
  const { compiled, leg } = joining({
    modes: ['metro', 'bus'],
    rules: [
      {
        ...POLICY,
        id: 'bus',
        when: { modes: ['bus'] },
        base: { kind: 'flat' as const, amountFen: 200 },
      },
      ...tariffNamed('beijing-metro').rules,
    ],
    transfers: [
      {
        ...POLICY,
        id: 'street',
        from: { modes: ['metro'] },
        withinS: 1800,
        counts: 'from-end' as const,
        most: null,
        effect: { kind: 'join' as const },
      },
      {
        ...POLICY,
        id: 'bus-first',
        from: { modes: ['bus'] },
        withinS: 7200,
        counts: 'from-end' as const,
        most: null,
        effect: { kind: 'minus' as const, amountFen: 100 },
      },
    ],
  })
  const bus: AccountRide = { ...leg(1, 2, -30), mode: 'bus' }
  const { entry: _, exit: __, ...tap } = bus
  // 6 km cost 3 yuan and 10 km 4 yuan, one yuan less behind the bus.
  const { priced } = rate(compiled, [tap, leg(1, 4, 0), leg(4, 6, 20)])
  expect(priced.map((one) => (one.ok ? one.amountFen : one.code))).toEqual([200, 200, 100])
  expect(priced[2]).toMatchObject({
    joinedFen: 300,
    transfers: 2,
    parts: [
      { amountFen: 400 },
      { rule: 'bus-first', amountFen: -100 },
      { rule: 'street', amountFen: -200 },
    ],
  })
})

test('a leg that leads back costs nothing more, and gives nothing back', () => {
  const { compiled, leg } = joining()
  const { priced } = rate(compiled, [leg(1, 12, 0), leg(12, 6, 20)])
  expect(priced.map((one) => (one.ok ? one.amountFen : one.code))).toEqual([500, 0])
})

test('over midnight the whole ride counts in the day and month in which it ended', () => {
  const { compiled, leg } = joining({ caps: [cap('day', 400)] })
  const late = 15 * 60 + 45 // 23:45
  const { priced, account } = rate(compiled, [leg(1, 12, late), leg(12, 14, late + 20)])
  // 22 km cost 5 yuan, 26 km 6: a cap a day of 4.
  expect(priced.map((one) => (one.ok ? one.amountFen : one.code))).toEqual([400, 0])
  expect(account.spent.dayFen).toBe(400)
  expect(account.day).toBe('2026-11-22')
})
