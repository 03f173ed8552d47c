import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NEW_ACCOUNT } from './account.ts'
import { compileTariff } from './compile.ts'
import { amountOf, rideOn, tariffNamed, twoStations } from './fares.fixture.ts'
import { parseTariff } from './parse-tariff.ts'
import { price } from './price.ts'
import type { Priced, Ride } from './ride.ts'
import type { Tariff } from './tariff.ts'

/** Saturday 21 November 2026, 08:00 in China. */
const AT = Date.UTC(2026, 10, 21)
const MINUTE = 60_000
const POLICY = { textZh: '测试', textEn: 'test', source: 0 }

/** A flat fare of 2 yuan with what a test adds; parsed, so that the schema is tested, too. */
function tariff(part: Partial<Tariff>): Tariff {
  return parseTariff({
    ...tariffNamed('beijing-bus'),
    id: 'test',
    rules: [{ ...POLICY, id: 'flat', when: {}, base: { kind: 'flat', amountFen: 200 } }],
    discounts: [],
    ...part,
  })
}

function priceOf(part: Partial<Tariff>, ride: Partial<Ride> = {}): Priced {
  const one = tariff(part)
  return price(compileTariff(one), rideOn(one, { at: AT, ...ride }))
}
const amount = (part: Partial<Tariff>, ride: Partial<Ride> = {}) => amountOf(priceOf(part, ride))

const percent = (id: string, payPpm: number, when: Tariff['rules'][number]['when'] = {}) => ({
  ...POLICY,
  id,
  when,
  effect: { kind: 'percent' as const, payPpm },
})

describe('time of day and kind of day', () => {
  const early = percent('early', 500_000, {
    days: ['mon', 'tue', 'wed', 'thu', 'fri'],
    time: { at: 'entry', from: '05:00', until: '07:00' },
  })
  const ride = (at: number) => ({ at })
  // Friday 20 November 2026.
  const friday = (minutes: number) => Date.UTC(2026, 10, 19, 16) + minutes * MINUTE

  test.each([
    ['just before', 5 * 60 - 1, 200],
    ['at the start', 5 * 60, 100],
    ['the last minute', 7 * 60 - 1, 100],
    ['at the end, which counts no more', 7 * 60, 200],
  ])('%s', (_, minutes, expected) => {
    expect(amount({ discounts: [early] }, ride(friday(minutes)))).toBe(expected)
  })

  test('Saturday is no weekday, and a holiday stands in the place of its weekday', () => {
    expect(amount({ discounts: [early] }, ride(friday(24 * 60 + 360)))).toBe(200)
    const holiday = { discounts: [early], holidays: ['2026-11-20'] }
    expect(amount(holiday, ride(friday(360)))).toBe(200)
  })

  test('a window may go over midnight', () => {
    const night = percent('night', 500_000, { time: { at: 'exit', from: '22:00', until: '02:00' } })
    expect(amount({ discounts: [night] }, ride(friday(23 * 60)))).toBe(100)
    expect(amount({ discounts: [night] }, ride(friday(60)))).toBe(100)
    expect(amount({ discounts: [night] }, ride(friday(2 * 60)))).toBe(200)
  })

  test('stations of entry and exit', () => {
    const rule = percent('there', 500_000, { entryStations: [1], exitStations: [2] })
    const trip = (from: number, to: number) => ({
      entry: { station: from, at: AT },
      exit: { station: to, at: AT },
    })
    expect(amount({ discounts: [rule] }, trip(1, 2))).toBe(100)
    expect(amount({ discounts: [rule] }, trip(2, 1))).toBe(200)
  })
})

describe('fares from a table', () => {
  const rules = [{ ...POLICY, id: 'table', when: {}, base: { kind: 'table' as const, table: 't' } }]
  const table = (part: Partial<NonNullable<Tariff['tables']>[number]> = {}) => ({
    id: 't',
    places: [[1], [2, 3]],
    symmetric: false,
    amountsFen: [100, 300, 400, 150],
    ...part,
  })
  const ride = (from: number, to: number) => ({
    entry: { station: from, at: AT },
    exit: { station: to, at: AT },
  })

  test('between stations and zones, each way', () => {
    const tables = [table()]
    expect(amount({ rules, tables }, ride(1, 3))).toBe(300)
    expect(amount({ rules, tables }, ride(2, 1))).toBe(400)
    expect(amount({ rules, tables }, ride(2, 3))).toBe(150)
    expect(amount({ rules, tables }, ride(2, 9))).toBe('fares.unknown-station')
    expect(amount({ rules, tables })).toBe('fares.missing-entry')
  })

  test.each([
    ['not square', { amountsFen: [1, 2, 3] }, 'table.not-square'],
    ['a station in two places', { places: [[1], [1]] }, 'table.duplicate'],
    ['a false claim of symmetry', { symmetric: true }, 'table.not-symmetric'],
    ['no such table', { id: 'other' }, 'table.unknown'],
  ])('%s is a fault', (_, part, rule) => {
    expect(() => tariff({ rules, tables: [table(part)] })).toThrow(
      expect.objectContaining({
        details: expect.objectContaining({
          faults: expect.arrayContaining([expect.objectContaining({ rule })]),
        }),
      }),
    )
  })
})

describe('fares by stops', () => {
  const base = (stops: 'ride' | 'network') => ({
    kind: 'stop-ladder' as const,
    stops,
    first: { uptoStops: 3, amountFen: 100 },
    steps: [{ widthStops: 2, untilStops: null, addFen: 50 }],
    capFen: 250,
  })
  const rules = (stops: 'ride' | 'network') => [
    { ...POLICY, id: 'stops', when: {}, base: base(stops) },
  ]

  test.each([
    [3, 100],
    [4, 150],
    [5, 150],
    [6, 200],
    [99, 250],
  ])('%i stops cost %i fen', (stops, expected) => {
    expect(amount({ rules: rules('ride') }, { stops })).toBe(expected)
  })

  test('through the network: the fewest, changes are none', () => {
    const network = { ...twoStations('beijing-metro', 9_000), id: 'n' }
    const one = tariff({ rules: rules('network'), network: 'n' })
    const ride = rideOn(one, {
      entry: { station: 1, at: AT },
      exit: { station: 2, at: AT },
    })
    expect(amountOf(price(compileTariff(one, network), ride))).toBe(100)
  })
})

describe('transfers', () => {
  const previous = {
    mode: 'metro' as const,
    line: 1,
    startAt: AT - 40 * MINUTE,
    endAt: AT - 10 * MINUTE,
    paidFen: 300,
    transfers: 0,
  }
  const transfer = (part: object) => ({
    transfers: [
      {
        ...POLICY,
        id: 'transfer',
        when: {},
        from: {},
        withinS: 3600,
        counts: 'from-end' as const,
        most: 1,
        effect: { kind: 'minus' as const, amountFen: 150 },
        ...part,
      },
    ],
  })

  test('so much less, never below nothing, in a chain that is counted', () => {
    const priced = priceOf(transfer({}), { previous })
    expect(priced).toMatchObject({ ok: true, amountFen: 50, transfers: 1 })
    expect(amount(transfer({}), { previous: { ...previous, transfers: 1 } })).toBe(200)
    expect(amount(transfer({ effect: { kind: 'minus', amountFen: 900 } }), { previous })).toBe(0)
  })

  test('in time, from the end or from the start of the ride before', () => {
    expect(amount(transfer({ withinS: 600 }), { previous })).toBe(50)
    expect(amount(transfer({ withinS: 599 }), { previous })).toBe(200)
    expect(amount(transfer({ withinS: 2400, counts: 'from-start' }), { previous })).toBe(50)
    expect(amount(transfer({ withinS: 2399, counts: 'from-start' }), { previous })).toBe(200)
  })

  test('from modes, from lines, not on the same line', () => {
    expect(amount(transfer({ from: { modes: ['bus'] } }), { previous })).toBe(200)
    expect(amount(transfer({ from: { lines: [1] } }), { previous })).toBe(50)
    const same = { ...previous, mode: 'bus' as const, line: 7 }
    const notSame = transfer({ from: { sameLine: false } })
    expect(amount(notSame, { previous: same, line: 7 })).toBe(200)
    expect(amount(notSame, { previous: same, line: 8 })).toBe(50)
  })

  test('free when not dearer than the ride before and not above a sum, else that sum less', () => {
    const effect = { kind: 'free-up-to' as const, amountFen: 200 }
    expect(amount(transfer({ effect }), { previous })).toBe(0)
    expect(amount(transfer({ effect }), { previous: { ...previous, paidFen: 100 } })).toBe(0)
    const dearer = {
      ...POLICY,
      id: 'flat',
      when: {},
      base: { kind: 'flat' as const, amountFen: 500 },
    }
    expect(amount({ ...transfer({ effect }), rules: [dearer] }, { previous })).toBe(300)
  })

  test('takes away discounts that it names', () => {
    const part = { ...transfer({ instead: ['card'] }), discounts: [percent('card', 900_000)] }
    expect(amount(part)).toBe(180)
    expect(amount(part, { previous })).toBe(50)
  })

  test('joined legs are one ride from the first entry', () => {
    const metro = tariffNamed('beijing-metro')
    const joined = parseTariff({ ...metro, ...transfer({ effect: { kind: 'join' } }) })
    const network = twoStations('beijing-metro', 11_000)
    const compiled = compileTariff(joined, {
      ...network,
      lines: [{ ...network.lines[0], stations: [1, 2, 3], metres: [5_000, 5_000] }] as never,
      stations: [...network.stations, { id: 3, nameZh: '丙', nameEn: 'C' }],
    })
    const ride = rideOn(joined, {
      entry: { station: 2, at: AT },
      exit: { station: 3, at: AT + MINUTE },
      previous: {
        ...previous,
        join: {
          entry: { station: 1, at: previous.startAt },
          startAt: previous.startAt,
          paidFen: 300,
          before: NEW_ACCOUNT,
        },
      },
    })
    // 10 km cost 4 yuan, and 3 were paid.
    expect(amountOf(price(compiled, ride))).toBe(100)
  })
})

describe('caps, passes, free rides', () => {
  const cap = (period: 'day' | 'week' | 'month', amountFen: number) => ({
    ...POLICY,
    id: `cap-${period}`,
    when: {},
    period,
    amountFen,
  })
  const spent = { dayFen: 900, weekFen: 4_000, monthFen: 9_900 }

  test('side by side: the one that leaves least decides', () => {
    expect(amount({ caps: [cap('day', 1_000)] }, { spent })).toBe(100)
    expect(amount({ caps: [cap('day', 1_000), cap('month', 9_950)] }, { spent })).toBe(50)
    expect(amount({ caps: [cap('week', 4_000)] }, { spent })).toBe(0)
    expect(amount({ caps: [cap('day', 1_000)] })).toBe(200)
  })

  test('a pass covers the ride, and nothing else applies', () => {
    const pass = { ...POLICY, id: 'day-pass', when: {}, priceFen: 2_000, hours: 24 }
    const part = { passes: [pass], discounts: [percent('card', 900_000)] }
    expect(amount(part, { passes: ['day-pass'] })).toBe(0)
    expect(amount(part, { passes: ['other'] })).toBe(180)
  })

  test('free rides of a year end with their number', () => {
    const free = {
      ...POLICY,
      id: 'senior',
      when: {},
      effect: { kind: 'free-rides' as const, rides: 730 },
    }
    expect(amount({ discounts: [free] }, { freeRidesUsed: { senior: 729 } })).toBe(0)
    expect(amount({ discounts: [free] }, { freeRidesUsed: { senior: 730 } })).toBe(200)
  })
})

describe('stacking', () => {
  const discounts = [
    percent('card', 900_000),
    { ...POLICY, id: 'minus', when: {}, effect: { kind: 'minus' as const, amountFen: 50 } },
  ]

  test.each([
    ['first-match', 180],
    ['in-order', 130],
    ['cheapest', 150],
  ] as const)('%s', (stacking, expected) => {
    expect(amount({ discounts, stacking })).toBe(expected)
  })

  test('the cheapest tells what it was chosen from', () => {
    expect(priceOf({ discounts, stacking: 'cheapest' })).toMatchObject({
      amountFen: 150,
      alternatives: [{ rule: 'card', amountFen: 180 }],
    })
  })

  test('the order of the steps is policy: a transfer before or behind the percentage', () => {
    const transfers = [
      {
        ...POLICY,
        id: 'transfer',
        when: {},
        from: {},
        withinS: 3600,
        counts: 'from-end' as const,
        most: null,
        effect: { kind: 'minus' as const, amountFen: 100 },
      },
    ]
    const previous = {
      mode: 'bus' as const,
      startAt: AT,
      endAt: AT,
      paidFen: 200,
      transfers: 0,
    }
    const part = { discounts: discounts.slice(0, 1), transfers }
    expect(amount(part, { previous })).toBe(80)
    const order = ['transfers', 'discounts', 'accumulation', 'caps', 'overtime'] as const
    expect(amount({ ...part, order }, { previous })).toBe(90)
    expect(() => tariff({ order: ['caps'] })).toThrow(/each once/)
  })
})

test('parts always sum to the amount, which is never below nothing', () => {
  const part = {
    discounts: [percent('card', 333_333)],
    stacking: 'in-order' as const,
    caps: [{ ...POLICY, id: 'cap', when: {}, period: 'day' as const, amountFen: 1_000 }],
    transfers: [
      {
        ...POLICY,
        id: 'transfer',
        when: {},
        from: {},
        withinS: 3600,
        counts: 'from-end' as const,
        most: null,
        effect: { kind: 'percent' as const, payPpm: 777_777 },
      },
    ],
  }
  fc.assert(
    fc.property(fc.nat(5_000), fc.nat(2_000), fc.nat(900), (baseFen, spentFen, paidFen) => {
      const rules = [
        { ...POLICY, id: 'flat', when: {}, base: { kind: 'flat' as const, amountFen: baseFen } },
      ]
      const priced = priceOf(
        { ...part, rules },
        {
          spent: { dayFen: spentFen, weekFen: spentFen, monthFen: spentFen },
          previous: { mode: 'bus', startAt: AT, endAt: AT, paidFen, transfers: 0 },
        },
      )
      if (!priced.ok) throw new Error(priced.code)
      expect(priced.parts.reduce((sum, { amountFen }) => sum + amountFen, 0)).toBe(priced.amountFen)
      expect(priced.amountFen).toBeGreaterThanOrEqual(0)
      expect(priced.amountFen).toBeLessThanOrEqual(baseFen)
    }),
  )
})
