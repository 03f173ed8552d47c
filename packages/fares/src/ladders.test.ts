import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { amountOf, compiledFlat, priceOver, rideOn, THERE } from './fares.fixture.ts'
import { price } from './price.ts'

/**
 * Published ladders (reference fares 2): each bound in metres with the yuan that it still pays.
 * The open-ended step is followed for three widths.
 */
const PUBLISHED: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  'beijing-metro': [
    [6_000, 3],
    [12_000, 4],
    [22_000, 5],
    [32_000, 6],
    [52_000, 7],
    [72_000, 8],
    [92_000, 9],
  ],
  'shanghai-metro': [
    [6_000, 3],
    [16_000, 4],
    [26_000, 5],
    [36_000, 6],
    [46_000, 7],
  ],
  'guangzhou-metro': [
    [4_000, 2],
    [8_000, 3],
    [12_000, 4],
    [18_000, 5],
    [24_000, 6],
    [32_000, 7],
    [40_000, 8],
    [48_000, 9],
  ],
  'shenzhen-metro': [
    [4_000, 2],
    [8_000, 3],
    [12_000, 4],
    [18_000, 5],
    [24_000, 6],
    [32_000, 7],
    [40_000, 8],
    [48_000, 9],
  ],
  'hangzhou-metro': [
    [4_000, 2],
    [8_000, 3],
    [12_000, 4],
    [18_000, 5],
    [24_000, 6],
    [32_000, 7],
    [40_000, 8],
    [48_000, 9],
  ],
  'chengdu-metro': [
    [4_000, 2],
    [8_000, 3],
    [12_000, 4],
    [18_000, 5],
    [24_000, 6],
    [32_000, 7],
    [40_000, 8],
    [50_000, 9],
    [70_000, 10],
    [90_000, 11],
    [110_000, 12],
  ],
  'wuhan-metro': [
    [4_000, 2],
    [8_000, 3],
    [12_000, 4],
    [18_000, 5],
    [24_000, 6],
    [32_000, 7],
    [40_000, 8],
    [50_000, 9],
    [70_000, 10],
    [90_000, 11],
    [110_000, 12],
  ],
  'nanjing-metro': [
    [4_000, 2],
    [9_000, 3],
    [14_000, 4],
    [21_000, 5],
    [28_000, 6],
    [37_000, 7],
    [48_000, 8],
    [61_000, 9],
    [76_000, 10],
    [91_000, 11],
    [106_000, 12],
  ],
  'xian-metro': [
    [6_000, 2],
    [10_000, 3],
    [14_000, 4],
    [20_000, 5],
    [26_000, 6],
    [34_000, 7],
    [42_000, 8],
    [50_000, 9],
  ],
}

describe.each(Object.entries(PUBLISHED))('%s', (id, bounds) => {
  it.each(bounds)('%i m is the last metre of %i yuan', (bound, yuan) => {
    const fen = yuan * 100
    expect(amountOf(priceOver(id, bound - 1))).toBe(fen)
    expect(amountOf(priceOver(id, bound))).toBe(fen)
    expect(amountOf(priceOver(id, bound + 1))).toBe(fen + 100)
  })

  it('begins with the first step', () => {
    expect(amountOf(priceOver(id, 1))).toBe((bounds[0]?.[1] ?? 0) * 100)
  })
})

describe('chongqing-light-rail', () => {
  it.each([
    [6_000, 200],
    [6_001, 300],
    [11_000, 300],
    [11_001, 400],
    [17_000, 400],
    [17_001, 500],
    [24_000, 500],
    [24_001, 600],
    [32_000, 600],
    [32_001, 700],
    [41_000, 700],
    [41_001, 700],
    [200_000, 700],
  ])('%i m cost %i fen and never more than 7 yuan', (metres, fen) => {
    expect(amountOf(priceOver('chongqing-light-rail', metres))).toBe(fen)
  })
})

describe('beijing-bus', () => {
  const bus = compiledFlat('beijing-bus')
  const ride = (distanceM: number, medium: 'card' | 'code') =>
    amountOf(price(bus, rideOn(bus.tariff, { ...THERE, distanceM, medium })))

  it.each([
    [9_999, 200],
    [10_000, 200],
    [10_001, 300],
    [15_000, 300],
    [15_001, 400],
    [20_000, 400],
    [20_001, 500],
  ])('%i m have the base fare %i fen; card and code pay half', (metres, fen) => {
    expect(ride(metres, 'card')).toBe(fen / 2)
    expect(ride(metres, 'code')).toBe(fen / 2)
  })

  it('takes the first step for a single tap, and nothing else without a distance', () => {
    expect(amountOf(price(bus, rideOn(bus.tariff)))).toBe(100)
    expect(amountOf(price(bus, rideOn(bus.tariff, THERE)))).toBe('fares.missing-distance')
  })
})

describe('hangzhou-bicycle', () => {
  const bicycle = compiledFlat('hangzhou-bicycle')
  it.each([
    [0, 0],
    [3_599, 0],
    [3_600, 0],
    [3_601, 100],
    [7_200, 100],
    [7_201, 300],
    [10_800, 300],
    [10_801, 600],
    [14_400, 600],
    [14_401, 900],
    [864_000, 3_000],
  ])('%i s cost %i fen', (durationS, fen) => {
    const ride = rideOn(bicycle.tariff, { durationS })
    expect(price(bicycle, ride)).toMatchObject({ amountFen: fen, durationS })
  })

  it('goes by entry and exit where both are known', () => {
    const entry = { station: 3, at: 1_000_500 }
    const exit = { station: 3, at: 1_000_500 + 3_601_000 }
    const priced = price(bicycle, rideOn(bicycle.tariff, { entry, exit, durationS: 0 }))
    expect(priced).toMatchObject({ amountFen: 100, durationS: 3_601 })
    const back = rideOn(bicycle.tariff, { entry: exit, exit: entry })
    expect(amountOf(price(bicycle, back))).toBe('fares.exit-before-entry')
    expect(amountOf(price(bicycle, rideOn(bicycle.tariff)))).toBe('fares.missing-duration')
  })
})

describe('nanjing-taxi', () => {
  const taxi = compiledFlat('nanjing-taxi')
  const ride = (part: object) => amountOf(price(taxi, rideOn(taxi.tariff, part)))
  it.each([
    [0, 1_100],
    [3_000, 1_100],
    [3_001, 1_340],
    [4_000, 1_340],
    [4_001, 1_580],
    [500_000, 30_000],
  ])('%i m cost %i fen', (distanceM, fen) => {
    expect(ride({ distanceM })).toBe(fen)
  })

  it('takes what the meter says, inside its bounds only', () => {
    expect(ride({ meterFen: 1_234, distanceM: 9_000 })).toBe(1_234)
    expect(ride({ meterFen: 1_099 })).toBe('fares.out-of-bounds')
    expect(ride({ meterFen: 30_001 })).toBe('fares.out-of-bounds')
    expect(ride({})).toBe('fares.missing-distance')
  })
})

describe('every ladder', () => {
  it.each(Object.keys(PUBLISHED))('%s never gets cheaper on a longer way', (id) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300_000 }), fc.nat(50_000), (metres, more) => {
        const [near, far] = [
          amountOf(priceOver(id, metres)),
          amountOf(priceOver(id, metres + more)),
        ]
        expect(Number.isSafeInteger(near)).toBe(true)
        expect(Number(far)).toBeGreaterThanOrEqual(Number(near))
      }),
      { numRuns: 60 },
    )
  })
})
