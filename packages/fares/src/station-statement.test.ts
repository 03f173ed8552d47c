import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tariffs } from './catalogue.ts'
import { type CompiledTariff, compileTariff, maximumFare } from './compile.ts'
import { amountOf, networkFor, rideOn, tariffNamed, twoStations } from './fares.fixture.ts'
import { incompleteFare, incompleteRule, type MissingEnd } from './incomplete-fare.ts'
import type { StationNetwork } from './network.ts'
import { price } from './price.ts'
import {
  checkStatement,
  type StationClaim,
  settleUntil,
  statementUntil,
  withoutDiscounts,
} from './station-statement.ts'
import type { IncompleteRule } from './tariff.ts'

/** Friday 20 November 2026, 08:00 in Shanghai. */
const AT = Date.UTC(2026, 10, 20, 0)
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Station 2 is 5 km away from station 1, station 3 is 25 km away. */
function threeStations(id: string): StationNetwork {
  const base = twoStations(id, 0)
  const line = { id: 1, nameZh: '一', nameEn: 'One', loop: false }
  return {
    ...base,
    lines: [{ ...line, stations: [1, 2, 3], metres: [5_000, 20_000] }],
    stations: [...base.stations, { id: 3, nameZh: '丙', nameEn: 'C' }],
  }
}

function compiled(id: string): CompiledTariff {
  const tariff = tariffNamed(id)
  if (tariff.network === null) return compileTariff(tariff)
  return compileTariff(tariff, threeStations(tariff.network))
}

/** A rider went in at station 1, and says two hours later to have got off at station 2. */
function claim(city: CompiledTariff, part: Partial<StationClaim> = {}): StationClaim {
  const statedAt = part.statedAt ?? AT + 2 * HOUR_MS
  return {
    ride: rideOn(city.tariff, { at: AT }),
    missing: 'exit',
    known: { station: 1, at: AT },
    station: 2,
    statedAt,
    outBy: statedAt,
    treated: 0,
    ...part,
  }
}
const check = (city: CompiledTariff, part?: Partial<StationClaim>) => {
  const result = checkStatement(city, claim(city, part))
  return result.ok ? result.rule.id : result.code
}
const ruleOf = (city: CompiledTariff, missing: MissingEnd = 'exit') =>
  incompleteRule(city, { ride: rideOn(city.tariff, { at: AT }), missing, station: 1 })

/** Days and times a year of the cities (reference fares 6, else set by Unifare). */
const CITIES = [
  ['beijing-metro', 'missing-exit.code', 'confirmed', 7, null, 0, 600, 300],
  ['shenzhen-metro', 'missing-exit.code', 'confirmed', 7, null, 0, 700, 300],
  ['nanjing-metro', 'missing-exit', 'confirmed', 3, 7, 3, 600, 300],
  ['shanghai-metro', 'incomplete.maximum', 'ours', 7, 12, 0, 500, 300],
  ['guangzhou-metro', 'incomplete.maximum', 'ours', 7, 12, 0, 700, 300],
  ['chengdu-metro', 'incomplete.maximum', 'ours', 7, 12, 0, 700, 300],
  ['wuhan-metro', 'incomplete.maximum', 'ours', 7, 12, 0, 700, 300],
  ['wuhan-light-rail', 'incomplete.maximum', 'ours', 7, 12, 0, 500, 200],
  ['hangzhou-metro', 'incomplete.maximum', 'ours', 7, 12, 0, 700, 300],
  ['xian-metro', 'incomplete.maximum', 'ours', 7, 12, 0, 600, 200],
  ['chongqing-light-rail', 'incomplete.maximum', 'ours', 7, 12, 0, 600, 200],
] as const

describe.each(CITIES)('%s: a missing exit by code', (...row) => {
  const [id, rule, mark, days, yearly, settleDays, maximumFen, fen] = row
  const city = compiled(id)

  test(`is under ${rule}, whose source is ${mark}`, () => {
    const found = ruleOf(city)
    expect(found?.id).toBe(rule)
    const source = city.tariff.sources[found?.source ?? -1]
    expect(source).toMatchObject({ mark, date: expect.stringMatching(/^20\d\d/) })
  })

  test(`can be stated until ${days} days after the entry, and no millisecond longer`, () => {
    const last = AT + days * DAY_MS
    expect(check(city, { statedAt: last - 1 })).toBe(rule)
    expect(check(city, { statedAt: last })).toBe(rule)
    expect(check(city, { statedAt: last + 1 })).toBe('fares.statement-late')
    expect(statementUntil(ruleOf(city) as IncompleteRule, AT)).toBe(last)
  })

  test(yearly === null ? 'as often as it happens' : `${yearly} times a year`, () => {
    const often = yearly ?? 1_000
    expect(check(city, { treated: often - 1 })).toBe(rule)
    const over = yearly === null ? rule : 'fares.statement-limit'
    expect(check(city, { treated: often })).toBe(over)
    expect(check(city, { treated: often + 1 })).toBe(over)
  })

  test(`waits ${settleDays} days for that`, () => {
    expect(settleUntil(ruleOf(city) as IncompleteRule, AT)).toBe(AT + settleDays * DAY_MS)
  })

  test(`costs ${maximumFen} fen when nobody states it, ${fen} when it is said to be 5 km away`, () => {
    const known = { ride: rideOn(city.tariff, { at: AT }), missing: 'exit', station: 1 } as const
    expect(incompleteFare(city, known)?.amountFen).toBe(maximumFen)
    const result = checkStatement(city, claim(city))
    if (!result.ok) throw new Error(result.code)
    expect(amountOf(price(city, { ...claim(city).ride, ...result.ends }))).toBe(fen)
  })
})

describe('the word of a rider', () => {
  const xian = compiled('xian-metro')

  test('is good for the other end, too, where the rule says either', () => {
    expect(check(xian, { missing: 'entry' })).toBe('incomplete.maximum')
    const result = checkStatement(xian, claim(xian, { missing: 'entry' }))
    const known = { station: 1, at: AT }
    expect(result).toMatchObject({ ends: { entry: { station: 2, at: AT }, exit: known } })
  })

  test('is not taken for an entry in Beijing, Shenzhen and Nanjing, nor on a bus', () => {
    for (const id of ['beijing-metro', 'shenzhen-metro', 'nanjing-metro']) {
      expect(check(compiled(id), { missing: 'entry' })).toBe('fares.no-statement')
    }
    expect(check(compiled('beijing-bus'))).toBe('fares.no-statement')
  })

  test('names a station of the network', () => {
    expect(check(xian, { station: 77 })).toBe('fares.unknown-station')
  })

  test('names one that can be reached: 5 km at 33 m/s take 151.5 s', () => {
    expect(check(xian, { outBy: AT + 151_514 })).toBe('fares.statement-too-fast')
    expect(check(xian, { outBy: AT + 151_515 })).toBe('incomplete.maximum')
    expect(check(xian, { outBy: AT + 151_516 })).toBe('incomplete.maximum')
    expect(check(xian, { station: 1, outBy: AT })).toBe('incomplete.maximum')
  })

  test('makes no overtime: nobody knows when the rider was out', () => {
    const beijing = compiled('beijing-metro')
    const result = checkStatement(beijing, claim(beijing, { statedAt: AT + DAY_MS }))
    if (!result.ok) throw new Error(result.code)
    const parts = price(beijing, { ...claim(beijing).ride, ...result.ends })
    expect(parts.ok && parts.parts.map(({ rule }) => rule)).not.toContain('overtime')
  })
})

describe('what is mended without discount', () => {
  test('is the base fare in Shenzhen, also for a student', () => {
    const shenzhen = compiled('shenzhen-metro')
    const ends = { entry: { station: 1, at: AT }, exit: { station: 2, at: AT } }
    const student = rideOn(shenzhen.tariff, {
      riderClass: 'student',
      issuer: { institution: '02215840', division: '440300' },
      at: AT,
      ...ends,
    })
    expect(ruleOf(shenzhen)?.statement?.discounts).toBe(false)
    expect(amountOf(price(shenzhen, student))).toBe(150)
    expect(amountOf(price(withoutDiscounts(shenzhen), student))).toBe(300)
  })
})

describe('a stated ride', () => {
  test('costs what the same ride costs, whichever end was stated, and never more than the maximum', () => {
    const line = generatedNetworks()
    fc.assert(
      fc.property(fc.constantFrom(...line), fc.nat(), fc.nat(), (city, one, other) => {
        const stations = city.network?.stations ?? []
        const [a, b] = [one, other].map((n) => stations[n % stations.length]?.id ?? 0)
        const prices = (['entry', 'exit'] as const).map((missing) => {
          const known = { station: missing === 'exit' ? (a ?? 0) : (b ?? 0), at: AT }
          const station = missing === 'exit' ? b : a
          const claimed = claim(city, {
            missing,
            known,
            station: station ?? 0,
            ride: visitor(city),
          })
          const result = checkStatement(city, claimed)
          return result.ok
            ? amountOf(price(city, { ...claimed.ride, ...result.ends }))
            : result.code
        })
        const ends = { entry: { station: a ?? 0, at: AT }, exit: { station: b ?? 0, at: AT } }
        const ridden = amountOf(price(city, { ...visitor(city), ...ends }))
        expect(prices).toEqual([ridden, ridden])
        expect(ridden).toBeLessThanOrEqual(maximumFare(city, a))
      }),
      { numRuns: 200 },
    )
  })
  const visitor = (city: CompiledTariff) => rideOn(city.tariff, { at: AT })
  /** Cities whose rule is for either end, on their generated networks. */
  const generatedNetworks = () =>
    CITIES.filter(([, rule]) => rule === 'incomplete.maximum').map(([id]) => {
      const tariff = tariffNamed(id)
      return compileTariff(tariff, networkFor(tariff))
    })
})

describe('every tariff', () => {
  test.each(tariffs().map((one) => [one.id, one] as const))(
    '%s: days that make sense',
    (_, one) => {
      for (const { settleDays = 0, statement } of one.incomplete ?? []) {
        if (statement !== undefined) expect(statement.withinDays).toBeGreaterThanOrEqual(settleDays)
      }
    },
  )
})

test('Beijing bus without an exit: the farther end, 30 km where no line tells it', () => {
  const bus = compiled('beijing-bus')
  const known = { ride: rideOn(bus.tariff, { at: AT }), missing: 'exit', station: 1 } as const
  expect(incompleteFare(bus, known)).toMatchObject({ rule: 'missing-exit', amountFen: 600 })
})
