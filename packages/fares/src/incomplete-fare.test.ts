import { describe, expect, test } from 'vitest'
import { type CompiledTariff, compileTariff, maximumFare } from './compile.ts'
import { amountOf, HOUR_MS, networkFor, rideOn, tariffNamed, twoStations } from './fares.fixture.ts'
import { incompleteFare } from './incomplete-fare.ts'
import type { StationNetwork } from './network.ts'
import { parseTariff } from './parse-tariff.ts'
import { price } from './price.ts'
import type { IncompleteRule, Tariff, TimeLimit } from './tariff.ts'
import { tariffWords } from './words/policy-words.ts'

const GUANGZHOU = tariffNamed('guangzhou-metro')

function ruleOf(part: Partial<IncompleteRule>): IncompleteRule {
  const words = { textZh: '行程不完整', textEn: 'incomplete', source: 0 }
  return { id: 'one-end', ...words, when: {}, missing: 'either', charge: LOWEST, ...part }
}
const LOWEST = { kind: 'lowest-fare' } as const

/** Guangzhou's ladder (2 yuan to 4 km, 3 to 8, 4 to 12, 5 to 18, 6 to 24) on a line of four stations. */
function withRules(
  rules: readonly Partial<IncompleteRule>[],
  line: Partial<StationNetwork['lines'][number]> = {},
): CompiledTariff {
  const network: StationNetwork = {
    ...twoStations(GUANGZHOU.network ?? '', 1),
    lines: [
      {
        id: 1,
        nameZh: '一',
        nameEn: 'One',
        loop: false,
        stations: [1, 2, 3, 4],
        metres: [4_000, 4_000, 4_000],
        ...line,
      },
      { id: 2, nameZh: '二', nameEn: 'Two', loop: false, stations: [4, 5], metres: [12_000] },
    ],
    stations: [1, 2, 3, 4, 5].map((id) => ({ id, nameZh: `站${id}`, nameEn: `S${id}` })),
  }
  const tariff = parseTariff({ ...GUANGZHOU, incomplete: rules.map(ruleOf) })
  return compileTariff(tariff, network)
}

function fareAt(compiled: CompiledTariff, station: number, missing: 'entry' | 'exit' = 'exit') {
  return incompleteFare(compiled, { ride: rideOn(GUANGZHOU, { line: 1 }), missing, station })
}

describe('a journey with one end', () => {
  test.each<[IncompleteRule['charge'], readonly [number, number]]>([
    [{ kind: 'fixed', amountFen: 750 }, [750, 750]],
    [{ kind: 'lowest-fare' }, [200, 200]],
    // 24 km from end to end; from station 3 it is 16 km to station 5, 8 km to station 1.
    [{ kind: 'network-maximum' }, [600, 600]],
    [{ kind: 'station-maximum' }, [600, 500]],
    // The line itself ends after 12 km; from station 3 its farther end is 8 km away.
    [{ kind: 'farther-end' }, [400, 300]],
  ])('%o from the end and from station 3 of the line: %j fen', (charge, [end, third]) => {
    const compiled = withRules([{ charge }])
    for (const missing of ['entry', 'exit'] as const) {
      expect(fareAt(compiled, 1, missing)).toMatchObject({ rule: 'one-end', amountFen: end })
      expect(fareAt(compiled, 3, missing)?.amountFen).toBe(third)
    }
  })

  test('a loop has no end: its dearest station counts', () => {
    const loop = { loop: true, metres: [4_000, 4_000, 4_000, 4_000] }
    expect(fareAt(withRules([{ charge: { kind: 'farther-end' } }], loop), 1)?.amountFen).toBe(300)
  })

  test('a station that is not on the line pays the maximum', () => {
    const compiled = withRules([{ charge: { kind: 'farther-end' } }])
    expect(fareAt(compiled, 5)?.amountFen).toBe(maximumFare(compiled, 5))
    expect(fareAt(compiled, 60_000)?.amountFen).toBe(maximumFare(compiled, 60_000))
  })

  test('the first rule that fits the missing end and the ride; none leaves it to the maximum', () => {
    const compiled = withRules([
      { id: 'cards', when: { media: ['card'] } },
      { id: 'no-entry', missing: 'entry' },
      { id: 'from-two', when: { entryStations: [2] }, missing: 'exit' },
    ])
    expect(fareAt(compiled, 2, 'entry')?.rule).toBe('no-entry')
    expect(fareAt(compiled, 2, 'exit')?.rule).toBe('from-two')
    expect(fareAt(compiled, 3, 'exit')).toBeUndefined()
    expect(fareAt(withRules([]), 1)).toBeUndefined()
  })

  test('is told in both languages', () => {
    const tariff: Tariff = { ...GUANGZHOU, incomplete: [ruleOf({ missing: 'exit' })] }
    const told = tariffWords(tariff).find(({ id }) => id === 'one-end')
    expect(told?.effect).toEqual({
      zh: '无出站记录：最低票价',
      en: 'no exit known: the lowest fare',
    })
  })

  test.each([
    ['an id twice', ruleOf({ id: 'ladder' }), 'incomplete[0].id'],
    ['a source that is not there', ruleOf({ source: 99 }), 'incomplete[0].source'],
    ['an end that there is not', { ...ruleOf({}), missing: 'both' }, 'incomplete[0].missing'],
  ])('%s is refused', (_, rule, path) => {
    expect(() => parseTariff({ ...GUANGZHOU, incomplete: [rule] })).toThrow(
      expect.objectContaining({
        details: { faults: expect.arrayContaining([expect.objectContaining({ path })]) },
      }),
    )
  })
})

describe('overtime', () => {
  const network = networkFor(GUANGZHOU)
  const [from = 0, to = 0] = network.lines[0]?.stations ?? []

  test.each<[TimeLimit['charge']['kind'], (top: number) => number]>([
    ['lowest-fare', () => 200],
    ['network-maximum', (top) => top],
    ['two-maximums', (top) => 2 * top],
  ])('%s is added one millisecond after the limit', (kind, expected) => {
    const words = { textZh: '超时', textEn: 'overtime', source: 0 }
    const limit = { id: 'late', ...words, when: {}, limitS: 7_200, charge: { kind }, mode: 'add' }
    const compiled = compileTariff(parseTariff({ ...GUANGZHOU, timeLimits: [limit] }), network)
    const after = (at: number) => {
      const stay = { entry: { station: from, at: 0 }, exit: { station: to, at } }
      return Number(amountOf(price(compiled, rideOn(GUANGZHOU, { at, ...stay }))))
    }
    const inTime = after(2 * HOUR_MS)
    expect(after(2 * HOUR_MS + 1) - inTime).toBe(expected(maximumFare(compiled)))
  })
})
