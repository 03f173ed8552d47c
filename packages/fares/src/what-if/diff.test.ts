import { createSeededRandom } from '@unifare/core'
import { describe, expect, test } from 'vitest'
import { compileTariff } from '../compile.ts'
import { networkFor, tariffNamed } from '../fares.fixture.ts'
import { parseJourneys } from '../journeys.ts'
import type { Tariff } from '../tariff.ts'
import { diffTariffs } from './diff.ts'
import { byStatedDistance, journeyRiders } from './journey-riders.ts'
import { sampleRiders } from './sample.ts'

const metro = tariffNamed('beijing-metro')
const network = networkFor(metro)
const compiled = compileTariff(metro, network)

/** The same tariff with a first step of 4 instead of 3 yuan. */
function dearer(by: number): Tariff {
  return {
    ...metro,
    version: 2,
    rules: metro.rules.map((rule) =>
      rule.base.kind === 'distance-ladder'
        ? {
            ...rule,
            base: {
              ...rule.base,
              first: { ...rule.base.first, amountFen: rule.base.first.amountFen + by },
            },
          }
        : rule,
    ),
  }
}
const everybody = sampleRiders([compiled], { random: createSeededRandom('diff'), riders: 60 })
/** Children ride free whatever a tariff's ladder says. */
const riders = everybody.filter(({ rides }) => rides[0]?.riderClass === 'adult')

describe('what a change costs whom', () => {
  test('nothing, where nothing changes', () => {
    const diff = diffTariffs(compiled, compiled, riders)
    expect(diff.total).toMatchObject({ dearer: 0, cheaper: 0, changeFen: 0 })
    expect(diff.total.same).toBe(diff.total.rides)
    expect(diff.examples).toEqual([])
    expect(diff.unpriced).toEqual({ before: 0, after: 0, both: 0 })
  })

  test('one yuan more for all but the same months: nobody pays less in sum, rows sum up', () => {
    const diff = diffTariffs(compiled, compileTariff(dearer(100), network), riders)
    const { total, byClass, byMedium, byDistance } = diff
    expect(diff.after).toEqual({ id: 'beijing-metro', version: 2 })
    expect(total.changeFen).toBe(total.afterFen - total.beforeFen)
    // Codes have no monthly steps: each of their rides costs exactly one yuan more.
    const codes = byMedium.filter(({ name }) => name.startsWith('code'))
    expect(codes.every(({ rides, changeFen }) => changeFen === rides * 100)).toBe(true)
    // By card a dearer month reaches its steps earlier, so single rides may get cheaper.
    const cards = byMedium.filter(({ name }) => name.startsWith('card'))
    expect(cards.some(({ cheaper }) => cheaper > 0)).toBe(true)
    for (const rows of [byClass, byMedium, byDistance]) {
      expect(rows.reduce((sum, { rides }) => sum + rides, 0)).toBe(total.rides)
      expect(rows.reduce((sum, { changeFen }) => sum + changeFen, 0)).toBe(total.changeFen)
    }
    expect(byDistance.length).toBeGreaterThan(3)
    const [most] = diff.examples
    expect(most?.afterFen).toBeGreaterThan(most?.beforeFen ?? 0)
    expect(most?.after.zh.join()).toContain('里程分段票价')
  })

  test('rides that only one of two tariffs prices are told and not summed', () => {
    const cardsOnly = dearer(0)
    const [rule] = cardsOnly.rules
    if (rule === undefined) throw new Error('no rule')
    const narrow = compileTariff(
      { ...cardsOnly, rules: [{ ...rule, when: { media: ['card'] } }] },
      network,
    )
    const diff = diffTariffs(compiled, narrow, riders)
    expect(diff.unpriced.after).toBeGreaterThan(0)
    expect(diff.total.rides + diff.unpriced.after).toBe(riders.flatMap(({ rides }) => rides).length)
    expect(diff.byMedium.every(({ name }) => name.startsWith('card'))).toBe(true)
  })

  test('over journeys of the reader: by distance, by rider', () => {
    const journeys = parseJourneys([
      {
        rider: 'a',
        legs: [1, 2].map((day) => ({
          route: 'metro',
          enter: `2026-11-0${day}T08:00`,
          exit: `2026-11-0${day}T08:30`,
          distanceM: 5_000,
        })),
      },
      { legs: [{ route: 'bus', enter: '2026-11-01T08:00' }] },
    ])
    const before = byStatedDistance(compiled)
    const after = byStatedDistance(compileTariff(dearer(100), network))
    const diff = diffTariffs(before, after, journeyRiders(before, journeys))
    expect(diff.total).toMatchObject({ rides: 2, dearer: 2, beforeFen: 600, changeFen: 200 })
    expect(diff.riders).toEqual({ dearer: 1, cheaper: 0, same: 0 })
    expect(diff.byDistance).toMatchObject([{ name: ' 4 – 8 km', rides: 2 }])
  })
})

describe('the generated sample', () => {
  test('repeats under its seed and has every class, medium and issuer', () => {
    const again = sampleRiders([compiled], { random: createSeededRandom('diff'), riders: 60 })
    expect(again).toEqual(everybody)
    const rides = everybody.flatMap((rider) => rider.rides)
    expect(new Set(rides.map(({ medium }) => medium))).toEqual(new Set(['card', 'code']))
    const bus = compileTariff(tariffNamed('beijing-bus'))
    const classes = sampleRiders([bus], { random: createSeededRandom('c'), riders: 60 })
      .flatMap((rider) => rider.rides)
      .map(({ riderClass }) => riderClass)
    expect(new Set(classes)).toEqual(new Set(['adult', 'senior', 'disabled', 'student']))
  })

  test('no tariff, no riders', () => {
    expect(sampleRiders([], { random: createSeededRandom('none') })).toEqual([])
  })
})
