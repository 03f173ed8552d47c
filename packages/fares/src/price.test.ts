import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tariffs } from './catalogue.ts'
import { compileTariff, entryMinimum, maximumFare } from './compile.ts'
import {
  amountOf,
  cardOf,
  compiledFlat,
  HOUR_MS,
  networkFor,
  priceOver,
  rideOn,
  THERE,
  tariffNamed,
  twoStations,
} from './fares.fixture.ts'
import { price } from './price.ts'
import type { Ride } from './ride.ts'
import type { Discount, Tariff } from './tariff.ts'

const stay = (ms: number): Partial<Ride> => ({
  entry: { station: 1, at: 0 },
  exit: { station: 2, at: ms },
})
const parts = (id: string, metres: number, part: Partial<Ride>) => {
  const priced = priceOver(id, metres, part)
  return priced.ok ? priced.parts.map(({ rule, amountFen }) => [rule, amountFen]) : priced.code
}

describe('local policy decides about visitors (reference fares 0)', () => {
  it("Xi'an: 90% for the local card, none for cards from elsewhere, none for codes", () => {
    expect(parts('xian-metro', 20_000, cardOf('610100'))).toEqual([
      ['ladder', 500],
      ['card-local', -50],
    ])
    expect(parts('xian-metro', 20_000, cardOf('110000'))).toEqual([
      ['ladder', 500],
      ['card-visitor', 0],
    ])
    expect(amountOf(priceOver('xian-metro', 20_000))).toBe(500)
  })

  it('Shenzhen: 95% for cards issued there, codes and visitors in full', () => {
    expect(amountOf(priceOver('shenzhen-metro', 4_000, cardOf('440300')))).toBe(190)
    expect(amountOf(priceOver('shenzhen-metro', 8_000, cardOf('440300')))).toBe(285)
    expect(amountOf(priceOver('shenzhen-metro', 8_000, cardOf('440100')))).toBe(300)
    const localCode = { issuer: { institution: '02215840', division: '440300' } }
    expect(parts('shenzhen-metro', 8_000, localCode)).toEqual([
      ['ladder', 300],
      ['code', 0],
    ])
  })

  it('Shenzhen bus: 80% for cards issued there only', () => {
    const bus = compiledFlat('shenzhen-bus')
    const ride = (part: Partial<Ride>) => amountOf(price(bus, rideOn(bus.tariff, part)))
    expect([ride(cardOf('440300')), ride(cardOf('610100')), ride({})]).toEqual([160, 200, 200])
  })

  it('Wuhan 90%, Hangzhou 91%, Chongqing 90% at home only', () => {
    expect(amountOf(priceOver('wuhan-metro', 17_150, cardOf('420100')))).toBe(450)
    expect(amountOf(priceOver('wuhan-metro', 17_150, cardOf('610100')))).toBe(500)
    expect(amountOf(priceOver('hangzhou-metro', 17_150, cardOf('330100')))).toBe(455)
    expect(amountOf(priceOver('chongqing-light-rail', 5_000, cardOf('500000')))).toBe(180)
  })

  it('a district belongs to its city; a province card and an unknown issuer do not', () => {
    expect(amountOf(priceOver('chongqing-light-rail', 5_000, cardOf('500101')))).toBe(180)
    expect(amountOf(priceOver('shenzhen-metro', 8_000, cardOf('440305')))).toBe(285)
    expect(amountOf(priceOver('shenzhen-metro', 8_000, cardOf('440000')))).toBe(300)
    expect(amountOf(priceOver('shenzhen-metro', 8_000, cardOf('')))).toBe(300)
  })

  it('a rider class counts where it was certified; the first discount that fits is the only one', () => {
    const student = { ...cardOf('610100'), riderClass: 'student' }
    expect(parts('xian-metro', 20_000, student)).toEqual([
      ['ladder', 500],
      ['student', -250],
    ])
    const visitor = { ...cardOf('110000'), riderClass: 'student' }
    expect(amountOf(priceOver('xian-metro', 20_000, visitor))).toBe(500)
  })
})

describe('monthly steps', () => {
  const month = (paidFen: number, baseFen = paidFen) => ({
    monthToDate: { trips: 1, paidFen, baseFen },
  })
  it.each([
    [9_999, 500],
    [10_000, 400],
    [14_999, 400],
    [15_000, 250],
    [39_999, 250],
    [40_000, 500],
  ])('Beijing: after %i fen paid the next ride of 5 yuan costs %i', (paidFen, fen) => {
    const card = cardOf('110000')
    expect(amountOf(priceOver('beijing-metro', 20_000, { ...card, ...month(paidFen) }))).toBe(fen)
    expect(amountOf(priceOver('beijing-metro', 20_000, month(paidFen)))).toBe(500)
  })

  it.each([
    [7_000, 500],
    [7_500, 500],
    [7_700, 460],
    [8_000, 400],
    [19_700, 340],
    [20_000, 250],
  ])(
    'Guangzhou: after a base of %i fen each part of 5 yuan pays its own share: %i',
    (base, fen) => {
      expect(amountOf(priceOver('guangzhou-metro', 18_000, month(0, base)))).toBe(fen)
    },
  )

  it('Shanghai: 90% after 70 yuan', () => {
    const card = cardOf('310000')
    expect(amountOf(priceOver('shanghai-metro', 6_000, { ...card, ...month(6_999) }))).toBe(300)
    expect(amountOf(priceOver('shanghai-metro', 6_000, { ...card, ...month(7_000) }))).toBe(270)
  })
})

describe('overtime and same station', () => {
  it.each([
    ['beijing-metro', 4 * HOUR_MS, 300 + 300],
    ['chengdu-metro', 4 * HOUR_MS, 300 + 300],
    ['wuhan-metro', 4 * HOUR_MS, 300 + 300],
    ['guangzhou-metro', 4 * HOUR_MS, 300],
    ['shenzhen-metro', 3 * HOUR_MS, 300],
    ['shanghai-metro', 4 * HOUR_MS, 300 + 300],
  ])('%s: the limit of %i ms is inclusive, then %i fen', (id, limit, fen) => {
    const metres = id === 'beijing-metro' || id === 'shanghai-metro' ? 6_000 : 8_000
    expect(amountOf(priceOver(id, metres, stay(limit)))).toBe(300)
    expect(amountOf(priceOver(id, metres, stay(limit + 1)))).toBe(fen)
  })

  it('a maximum instead of the fare takes the discount back; Shanghai asks it of codes only', () => {
    const late = { ...cardOf('440300'), ...stay(3 * HOUR_MS + 1) }
    expect(parts('shenzhen-metro', 8_000, late)).toEqual([
      ['ladder', 300],
      ['card-local', -15],
      ['overtime', 15],
    ])
    const card = { ...cardOf('310000'), ...stay(5 * HOUR_MS) }
    expect(amountOf(priceOver('shanghai-metro', 6_000, card))).toBe(300)
  })

  it('the maximum is of the network in Shenzhen, from the exit in Guangzhou', () => {
    for (const id of ['shenzhen-metro', 'guangzhou-metro']) {
      const tariff = tariffNamed(id)
      const compiled = compileTariff(tariff, networkFor(tariff))
      const hub = compiled.network?.lines.at(-1)?.stations[0] ?? 0
      const end = compiled.network?.lines[0]?.stations[0] ?? 0
      const near = compiled.network?.lines.at(-1)?.stations[1] ?? 0
      const ride = rideOn(tariff, {
        entry: { station: near, at: 0 },
        exit: { station: hub, at: 5 * HOUR_MS },
      })
      const fromEnd = maximumFare(compiled, end)
      expect(fromEnd).toBe(maximumFare(compiled))
      if (id === 'shenzhen-metro') expect(amountOf(price(compiled, ride))).toBe(fromEnd)
      else expect(amountOf(price(compiled, ride))).toBe(maximumFare(compiled, hub))
      expect(maximumFare(compiled, hub) < fromEnd).toBe(id === 'guangzhou-metro')
    }
  })

  it('out where in: the lowest fare of the medium, overtime on top (Wuhan, reference fares 6)', () => {
    const same = (at: number): Partial<Ride> => ({
      ...cardOf('420100'),
      entry: { station: 1, at: 0 },
      exit: { station: 1, at },
    })
    expect(parts('wuhan-metro', 17_150, same(HOUR_MS))).toEqual([
      ['same-station', 200],
      ['card-local', -20],
    ])
    expect(amountOf(priceOver('wuhan-metro', 17_150, same(5 * HOUR_MS)))).toBe(180 + 500)
  })
})

describe('what cannot be priced is refused, never guessed', () => {
  it.each<[string, Partial<Ride>]>([
    ['fares.unknown-station', { entry: { station: 9, at: 0 } }],
    ['fares.unknown-station', { entry: { station: 9, at: 0 }, exit: { station: 9, at: 0 } }],
    ['fares.no-tariff', { mode: 'bus' }],
    ['fares.bad-ride', { distanceM: 1.5 }],
    ['fares.bad-ride', { durationS: -1 }],
    ['fares.bad-ride', { meterFen: Number.NaN }],
    ['fares.bad-ride', { monthToDate: { trips: 1, paidFen: 0.1, baseFen: 0 } }],
  ])('%s', (code, part) => {
    expect(amountOf(priceOver('beijing-metro', 5_000, part))).toBe(code)
  })

  it('half a journey', () => {
    const tariff = tariffNamed('beijing-metro')
    const compiled = compileTariff(tariff, twoStations('beijing-metro', 5_000))
    const { entry, exit } = THERE
    expect(amountOf(price(compiled, rideOn(tariff, { entry })))).toBe('fares.missing-exit')
    expect(amountOf(price(compiled, rideOn(tariff, { exit })))).toBe('fares.missing-entry')
    expect(amountOf(price(compiled, rideOn(tariff)))).toBe('fares.missing-entry')
  })

  it('stations that no line connects', () => {
    const tariff = tariffNamed('beijing-metro')
    const [one, other] = [twoStations('beijing-metro', 5_000), twoStations('', 5_000)]
    const network = {
      ...one,
      lines: [...one.lines, ...other.lines.map((line) => ({ ...line, id: 2, stations: [3, 4] }))],
      stations: [
        ...one.stations,
        ...other.stations.map((station) => ({ ...station, id: station.id + 2 })),
      ],
    }
    const ride = rideOn(tariff, { ...THERE, exit: { station: 3, at: 0 } })
    expect(amountOf(price(compileTariff(tariff, network), ride))).toBe('fares.no-path')
  })

  it('a ladder over shortest paths without its own network is not compiled', () => {
    const tariff = tariffNamed('beijing-metro')
    const refused = expect.objectContaining({ code: 'fares.no-network' })
    expect(() => compileTariff(tariff)).toThrow(refused)
    expect(() => compileTariff(tariff, twoStations('other', 1))).toThrow(refused)
    expect(() => compileTariff(tariffNamed('xian-bus'), twoStations('x', 1))).toThrow(refused)
  })

  it('no rule fits', () => {
    const bus = tariffNamed('beijing-bus')
    const closedOnly = { ...bus, rules: bus.rules.slice(0, 1) }
    expect(amountOf(price(compileTariff(closedOnly), rideOn(bus)))).toBe('fares.no-rule')
  })
})

describe('maximum and entry check', () => {
  it.each([
    ['xian-bus', 200, 200],
    ['nanjing-taxi', 30_000, 1_100],
    ['hangzhou-bicycle', 3_000, 300],
    ['beijing-bus', 600, 200],
  ])('%s: at most %i, to get in %i', (id, maximum, minimum) => {
    expect(maximumFare(compiledFlat(id), 1)).toBe(maximum)
    expect(entryMinimum(compiledFlat(id), 1)).toBe(minimum)
  })

  it('an unknown station gives the maximum of the network', () => {
    const tariff = tariffNamed('beijing-metro')
    const compiled = compileTariff(tariff, networkFor(tariff))
    expect(maximumFare(compiled, 60_000)).toBe(maximumFare(compiled))
    expect(entryMinimum(compiled)).toBe(300)
  })
})

describe('stacking', () => {
  const discount = (id: string, effect: Discount['effect'], extra: object = {}): Discount => ({
    id,
    textZh: id,
    textEn: id,
    source: 0,
    when: {},
    effect,
    ...extra,
  })
  const withDiscounts = (stacking: Tariff['stacking'], discounts: readonly Discount[]) => {
    const tariff: Tariff = { ...tariffNamed('xian-bus'), stacking, discounts }
    const priced = price(compileTariff(tariff), rideOn(tariff))
    return priced.ok ? priced.parts.map(({ amountFen }) => amountFen) : []
  }
  const ninety = discount('a', { kind: 'percent', payPpm: 900_000 })
  const off40 = discount('b', { kind: 'minus', amountFen: 40 })

  it('first match takes one, in order takes all on what is left', () => {
    expect(withDiscounts('first-match', [ninety, off40])).toEqual([200, -20])
    expect(withDiscounts('in-order', [ninety, off40])).toEqual([200, -20, -40])
    expect(withDiscounts('in-order', [off40, ninety])).toEqual([200, -40, -16])
  })

  it('floors, flats and reductions never raise a price and never go below zero', () => {
    const floor = { kind: 'percent', payPpm: 200_000, floorFen: 150 } as const
    expect(withDiscounts('first-match', [discount('c', floor)])).toEqual([200, -50])
    expect(withDiscounts('first-match', [discount('c', { ...floor, floorFen: 900 })])).toEqual([
      200, 0,
    ])
    expect(
      withDiscounts('in-order', [
        discount('d', { kind: 'flat', amountFen: 500 }),
        discount('e', { kind: 'minus', amountFen: 999 }),
      ]),
    ).toEqual([200, 0, -200])
  })

  it.each([
    ['half-up', 1, 67],
    ['down', 1, 66],
    ['up', 1, 67],
    ['half-up', 10, 70],
    ['down', 10, 60],
    ['half-up', 100, 100],
  ] as const)('a third of 2 yuan, rounded %s to %i fen, is %i', (direction, unitFen, fen) => {
    const third = discount(
      'f',
      { kind: 'percent', payPpm: 333_333 },
      { rounding: { unitFen, direction } },
    )
    expect(withDiscounts('first-match', [third])).toEqual([200, fen - 200])
  })
})

describe('every price', () => {
  const compiled = tariffs().map((tariff) =>
    compileTariff(tariff, tariff.network === null ? undefined : networkFor(tariff)),
  )
  const anyRide = fc.record({
    which: fc.nat(compiled.length - 1),
    medium: fc.constantFrom('card', 'code'),
    division: fc.constantFrom(
      '110000',
      '310000',
      '440100',
      '440300',
      '420100',
      '610100',
      '',
      '460200',
    ),
    riderClass: fc.constantFrom('adult', 'student', 'senior', 'pupil'),
    from: fc.nat(200),
    to: fc.nat(200),
    stayMs: fc.nat(6 * HOUR_MS),
    distanceM: fc.nat(100_000),
    sumFen: fc.nat(60_000),
  })

  it('is a whole number from 0 on that its parts sum to, each with a rule and a source', () => {
    fc.assert(
      fc.property(anyRide, (any) => {
        const one = compiled[any.which]!
        const stations = one.network?.stations ?? [{ id: 1 }]
        const station = (n: number) => stations[n % stations.length]?.id ?? 0
        const priced = price(
          one,
          rideOn(one.tariff, {
            medium: any.medium as Ride['medium'],
            issuer: { institution: '01011000', division: any.division },
            riderClass: any.riderClass,
            entry: { station: station(any.from), at: 0 },
            exit: { station: station(any.to), at: any.stayMs },
            distanceM: any.distanceM,
            monthToDate: { trips: 1, paidFen: any.sumFen, baseFen: any.sumFen },
          }),
        )
        if (!priced.ok) throw new TypeError(priced.code)
        expect(Number.isSafeInteger(priced.amountFen) && priced.amountFen >= 0).toBe(true)
        expect(priced.parts.reduce((sum, { amountFen }) => sum + amountFen, 0)).toBe(
          priced.amountFen,
        )
        let left = 0
        for (const part of priced.parts) {
          left += part.amountFen
          expect(Number.isSafeInteger(part.amountFen) && left >= 0).toBe(true)
          expect(one.tariff.sources[part.source]).toBeDefined()
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
