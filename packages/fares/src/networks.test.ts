import { createSeededRandom } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tariffs } from './catalogue.ts'
import { compileTariff, maximumFare } from './compile.ts'
import { compileDistances } from './distances.ts'
import { amountOf, networkFor, rideOn, tariffNamed, twoStations } from './fares.fixture.ts'
import { generateNetwork, reachOf } from './generate-network.ts'
import type { StationNetwork } from './network.ts'
import { parseNetwork } from './parse-network.ts'
import { price } from './price.ts'
import type { Fault } from './reader.ts'

const withNetwork = tariffs().filter(({ network }) => network !== null)

/** Two ways from 1 to 3: over 2 (ridden), and the direct one (billed). */
const triangle: StationNetwork = {
  ...twoStations('wuhan-metro', 1),
  lines: [
    {
      id: 1,
      nameZh: '一',
      nameEn: 'One',
      loop: false,
      stations: [1, 2, 3],
      metres: [11_730, 10_000],
    },
    { id: 2, nameZh: '二', nameEn: 'Two', loop: false, stations: [3, 1], metres: [17_150] },
  ],
  stations: [1, 2, 3].map((id) => ({ id, nameZh: `${id}`, nameEn: `${id}` })),
}

function faultsOf(json: unknown): readonly Fault[] {
  try {
    parseNetwork(json)
  } catch (error) {
    expect(error).toMatchObject({ code: 'fares.bad-network' })
    return (error as { details: { faults: readonly Fault[] } }).details.faults
  }
  return []
}

describe('shortest paths', () => {
  it('Wuhan: ridden 21.73 km, billed 17.15 km, 5 yuan (reference fares 0)', () => {
    const tariff = tariffNamed('wuhan-metro')
    const ride = rideOn(tariff, { entry: { station: 1, at: 0 }, exit: { station: 3, at: 0 } })
    const ridden = { ...triangle, lines: triangle.lines.slice(0, 1) }
    expect(price(compileTariff(tariff, triangle), ride)).toMatchObject({
      amountFen: 500,
      distanceM: 17_150,
    })
    expect(amountOf(price(compileTariff(tariff, ridden), ride))).toBe(600)
  })

  it('go round a loop the shorter way and over the street where that counts as one ride', () => {
    const loop: StationNetwork = {
      ...triangle,
      lines: [
        {
          id: 1,
          nameZh: '环',
          nameEn: 'Loop',
          loop: true,
          stations: [1, 2, 3],
          metres: [500, 900, 300],
        },
        { id: 2, nameZh: '二', nameEn: 'Two', loop: false, stations: [4, 5], metres: [700] },
      ],
      stations: [1, 2, 3, 4, 5].map((id) => ({ id, nameZh: `${id}`, nameEn: `${id}` })),
    }
    const apart = compileDistances(loop)
    expect([apart.between(1, 3), apart.between(3, 1), apart.between(2, 3)]).toEqual([300, 300, 800])
    expect(apart.between(1, 5)).toBe('unconnected')
    expect(apart.between(1, 6)).toBe('unknown')
    expect([apart.farthest(1), apart.farthest(6), apart.diameter()]).toEqual([500, undefined, 800])
    const joined = compileDistances({ ...loop, virtualTransfers: [{ from: 3, to: 4, metres: 0 }] })
    expect([joined.between(1, 5), joined.between(5, 2)]).toEqual([1_000, 1_500])
  })

  it('agree with a slow and plain method, are symmetric and never longer than a detour', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 1, max: 6 }),
        fc.boolean(),
        (seed, lines, loop) => {
          const random = createSeededRandom(seed)
          const network = generateNetwork({
            id: 'any',
            operator: null,
            random: (length) => random.bytes(length),
            lines,
            withLoop: loop,
          })
          const slow = floydWarshall(network)
          const fast = compileDistances(network)
          for (const [i, { id: from }] of network.stations.entries()) {
            for (const [j, { id: to }] of network.stations.entries()) {
              expect(fast.between(from, to)).toBe(slow[i]?.[j])
            }
          }
        },
      ),
      { numRuns: 6 },
    )
  })
})

function floydWarshall({ stations, lines }: StationNetwork): number[][] {
  const at = new Map(stations.map(({ id }, index) => [id, index]))
  const table = stations.map((_, i) =>
    stations.map((_, j) => (i === j ? 0 : Number.POSITIVE_INFINITY)),
  )
  for (const line of lines) {
    for (const [k, metres] of line.metres.entries()) {
      const i = at.get(line.stations[k]!)!
      const j = at.get(line.stations[(k + 1) % line.stations.length]!)!
      table[i]![j] = Math.min(table[i]![j]!, metres)
      table[j]![i] = table[i]![j]!
    }
  }
  for (const k of table.keys()) {
    for (const i of table.keys()) {
      for (const j of table.keys()) {
        table[i]![j] = Math.min(table[i]![j]!, table[i]![k]! + table[k]![j]!)
      }
    }
  }
  return table
}

describe.each(withNetwork.map(({ id }) => id))('the generated network of %s', (id) => {
  const tariff = tariffNamed(id)
  it.each(['one', 'two', 'three'])('lets every step of the ladder be ridden (seed %s)', (seed) => {
    const network = networkFor(tariff, seed)
    expect(parseNetwork(JSON.parse(JSON.stringify(network)))).toEqual(network)
    const compiled = compileTariff(tariff, network)
    const fares = new Set<number | string>()
    for (const { id: from } of network.stations) {
      for (const { id: to } of network.stations) {
        const points = { entry: { station: from, at: 0 }, exit: { station: to, at: 0 } }
        fares.add(amountOf(price(compiled, rideOn(tariff, points))))
      }
    }
    const base = tariff.rules[0]!.base
    if (base.kind !== 'distance-ladder') throw new TypeError('a ladder is needed')
    const lowest = base.first.amountFen
    const top = maximumFare(compiled)
    const each = base.steps[0]!.addFen
    const wanted = Array.from({ length: (top - lowest) / each + 1 }, (_, i) => lowest + i * each)
    expect(fares).toEqual(new Set(wanted))
    expect(compileDistances(network).diameter()).toBeGreaterThanOrEqual(reachOf(tariff))
  })

  it('is labelled, whole numbers only, the same again under its seed and another under another', () => {
    const network = networkFor(tariff, 'same')
    expect(network).toEqual(networkFor(tariff, 'same'))
    expect(network).not.toEqual(networkFor(tariff, 'other'))
    expect(network.generated).toBe(true)
    expect(JSON.stringify(network)).not.toMatch(/\d\.\d/)
    const names = network.stations.map(({ nameZh }) => nameZh)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('what is planned', () => {
  it('a metro has several lines, a loop and interchanges; the light rail of Wuhan is one line', () => {
    const network = networkFor(tariffNamed('beijing-metro'))
    expect(network.lines.map(({ loop }) => loop)).toEqual([false, false, false, false, true])
    const stops = network.lines.flatMap(({ stations }) => stations)
    expect(stops.length - network.stations.length).toBeGreaterThanOrEqual(8)
    const lightRail = networkFor(tariffNamed('wuhan-light-rail'))
    expect(lightRail.lines.map(({ loop }) => loop)).toEqual([false])
  })

  it('the Guangfo line of Guangzhou metro ends in Foshan', () => {
    const network = networkFor(tariffNamed('guangzhou-metro'))
    const line = network.lines.find(({ nameZh }) => nameZh === '广佛线')
    const abroad = network.stations.filter(({ division }) => division === '440600')
    expect(abroad.length).toBeGreaterThan(1)
    expect(abroad.every(({ id }) => line?.stations.includes(id))).toBe(true)
  })

  it('refuses a number of lines that it cannot draw', () => {
    const random = (length: number) => new Uint8Array(length)
    expect(() => generateNetwork({ id: 'x', operator: null, random, lines: 7 })).toThrow(TypeError)
  })
})

describe('a loaded network is refused with every fault and its place', () => {
  const good = { ...triangle, virtualTransfers: [{ from: 1, to: 2, metres: 0 }] }
  const [line] = good.lines
  it.each<[string, string, object]>([
    ['lines[0].metres', 'line.distances', { lines: [{ ...line, metres: [1] }] }],
    ['lines[0].metres[1]', 'type', { lines: [{ ...line, metres: [1, 1.5] }] }],
    ['lines[0].metres[0]', 'type', { lines: [{ ...line, metres: [0, 1] }] }],
    ['lines[0].metres', 'line.distances', { lines: [{ ...line, loop: true }] }],
    [
      'lines[0].stations',
      'line.short-loop',
      { lines: [{ ...line, loop: true, stations: [1, 2], metres: [1, 1] }] },
    ],
    ['lines[0].stations[2]', 'station.unknown', { lines: [{ ...line, stations: [1, 2, 9] }] }],
    ['lines[0].stations[2]', 'station.duplicate', { lines: [{ ...line, stations: [1, 2, 1] }] }],
    ['lines[1].id', 'id.duplicate', { lines: [line, line] }],
    ['stations[3].id', 'id.duplicate', { stations: [...good.stations, good.stations[0]] }],
    [
      'stations[3]',
      'station.unserved',
      { stations: [...good.stations, { id: 4, nameZh: 'x', nameEn: 'x' }] },
    ],
    [
      'stations[0].id',
      'type',
      { stations: [{ id: 70_000, nameZh: 'x', nameEn: 'x' }, ...good.stations] },
    ],
    [
      'stations[0].lat',
      'unknown-key',
      { stations: [{ ...good.stations[0], lat: 1 }, ...good.stations.slice(1)] },
    ],
    [
      'virtualTransfers[0]',
      'station.unknown',
      { virtualTransfers: [{ from: 1, to: 8, metres: 0 }] },
    ],
    ['virtualTransfers[0]', 'transfer.same', { virtualTransfers: [{ from: 1, to: 1, metres: 0 }] }],
    ['generated', 'missing', { generated: undefined }],
    ['lines', 'too-short', { lines: [] }],
  ])('%s: %s', (path, rule, change) => {
    expect(faultsOf({ ...good, ...change })).toContainEqual(expect.objectContaining({ path, rule }))
  })

  it('says nothing about a good one and everything about a bad one', () => {
    expect(faultsOf(good)).toEqual([])
    expect(faultsOf({}).map(({ path }) => path)).toEqual([
      'id',
      'operator',
      'generated',
      'lines',
      'stations',
      'virtualTransfers',
    ])
    expect(faultsOf(null)).toEqual([
      { path: '', rule: 'type', message: 'an object is needed, found null' },
    ])
  })
})
