import { type Random, randomInteger } from '@unifare/core'
import { baseLadder } from './base-fare.ts'
import {
  crossings,
  DIRECTIONS,
  distance,
  lengthOf,
  octagon,
  type Point,
  type Polyline,
  pointAt,
  straight,
} from './geometry.ts'
import { ladderReach } from './ladder.ts'
import type { NetworkLine, Station, StationNetwork } from './network.ts'
import { type NetworkPlan, networkPlan } from './network-plans.ts'
import { stationNames } from './station-names.ts'
import type { Tariff } from './tariff.ts'

const SPACING_M = 1_500
/** Crossings nearer than this are one interchange. */
const INTERCHANGE_M = 700
const LOOP_RADIUS_M = 4_200
const SHORT_LINE_M = 16_000
const DEFAULT_REACH_M = 20_000
const M_PER_DEGREE = 111_320

/**
 * Makes a station network up: straight lines that cross, and a loop around their crossings. The
 * first line is so long that every step of the tariff's ladder can be ridden, the open-ended one
 * once. The same randomness gives the same network on every machine.
 *
 * `random` gives that many random bytes. `lines` (straight lines, 1 to 6) and `withLoop` replace
 * what is planned for networks of the package's own tariffs (elsewhere four lines and a loop).
 */
export function generateNetwork(options: {
  readonly id: string
  readonly operator: string | null
  readonly random: (length: number) => Uint8Array
  readonly tariff?: Tariff
  readonly lines?: number
  readonly withLoop?: boolean
}): StationNetwork {
  const { id, operator, tariff, lines, withLoop } = options
  const planned = networkPlan(id)
  const plan = {
    ...planned,
    lines: lines ?? planned.lines,
    withLoop: withLoop ?? planned.withLoop,
  }
  if (plan.lines < 1 || plan.lines > DIRECTIONS.length / 2) {
    throw new TypeError(`a network is generated with 1 to 6 lines, not ${plan.lines}`)
  }
  const random: Random = { bytes: options.random }
  const drawn = draw(plan, reachOf(tariff), random)
  return { id, operator, generated: true, ...build(drawn, plan, random), virtualTransfers: [] }
}

/** Metres that a network must span so that every step of a tariff's ladders can be ridden. */
export function reachOf(tariff: Tariff | undefined): number {
  const reaches = (tariff?.rules ?? []).flatMap(({ base }) =>
    base.kind === 'distance-ladder' && base.distance === 'shortest-path'
      ? [ladderReach(baseLadder(base))]
      : [],
  )
  return Math.max(DEFAULT_REACH_M, ...reaches)
}

interface Drawn {
  readonly nameZh: string
  readonly nameEn: string
  readonly shape: Polyline
}

function draw(plan: NetworkPlan, reachM: number, random: Random): Drawn[] {
  const turn = randomInteger(random, DIRECTIONS.length)
  const gap = Math.floor(DIRECTIONS.length / plan.lines)
  const drawn = Array.from({ length: plan.lines }, (_, index): Drawn => {
    const direction = DIRECTIONS[(turn + index * gap) % DIRECTIONS.length] as Point
    const left = randomInteger(random, 2_400) - 1_200
    const length = SHORT_LINE_M + randomInteger(random, 6_000)
    const long = Math.ceil(reachM * 1.04) + SPACING_M
    const number = index + 1
    return {
      nameZh: `${number}号线`,
      nameEn: `Line ${number}`,
      shape: straight(direction, index === 0 ? long : length, left),
    }
  })
  const last = drawn.at(-1)
  if (plan.intoNeighbour !== undefined && last !== undefined) {
    const { nameZh, nameEn } = plan.intoNeighbour
    drawn[drawn.length - 1] = { ...last, nameZh, nameEn }
  }
  return plan.withLoop
    ? [...drawn, { nameZh: '环线', nameEn: 'Loop line', shape: octagon(LOOP_RADIUS_M) }]
    : drawn
}

interface Place {
  readonly point: Point
}

interface Stop {
  readonly along: number
  readonly place: Place
}

function build(
  drawn: readonly Drawn[],
  plan: NetworkPlan,
  random: Random,
): Pick<StationNetwork, 'lines' | 'stations'> {
  const interchanges = findInterchanges(drawn)
  const stops = drawn.map(({ shape }, index) => {
    const fixed = oncePerPlace(interchanges[index] ?? [])
    return fill(shape, shape.closed ? fixed : withEnds(shape, fixed), random)
  })
  const ids = new Map<Place, number>()
  for (const { place } of stops.flat()) if (!ids.has(place)) ids.set(place, ids.size + 1)
  const lines = drawn.map(
    ({ nameZh, nameEn, shape }, index): NetworkLine => ({
      id: index + 1,
      nameZh,
      nameEn,
      loop: shape.closed,
      stations: (stops[index] ?? []).map(({ place }) => ids.get(place) ?? 0),
      metres: metresOf(shape, stops[index] ?? []),
    }),
  )
  const nextName = stationNames(random)
  const abroad = abroadOf(lines, plan)
  const stations = [...ids].map(
    ([{ point }, id]): Station => ({
      id,
      ...nextName(),
      ...(abroad.has(id) && plan.intoNeighbour ? { division: plan.intoNeighbour.division } : {}),
      ...onMap(point, plan),
    }),
  )
  return { lines, stations }
}

/** The outer third of the line into the neighbour city, without its interchanges. */
function abroadOf(lines: readonly NetworkLine[], plan: NetworkPlan): ReadonlySet<number> {
  if (plan.intoNeighbour === undefined) return new Set()
  const line = lines[plan.lines - 1]
  const others = new Set(lines.flatMap((one) => (one === line ? [] : one.stations)))
  const outer = line?.stations.slice(Math.ceil((line.stations.length * 2) / 3)) ?? []
  return new Set(outer.filter((station) => !others.has(station)))
}

/** Crossings of every two lines; near ones become one place. */
function findInterchanges(drawn: readonly Drawn[]): Stop[][] {
  const places: Place[] = []
  const stops: Stop[][] = drawn.map(() => [])
  for (const [a, lineA] of drawn.entries()) {
    for (const [b, lineB] of drawn.entries()) {
      if (b <= a) continue
      for (const { point, alongA, alongB } of crossings(lineA.shape, lineB.shape)) {
        let place = places.find((known) => distance(known.point, point) < INTERCHANGE_M)
        if (place === undefined) {
          place = { point }
          places.push(place)
        }
        stops[a]?.push({ along: alongA, place })
        stops[b]?.push({ along: alongB, place })
      }
    }
  }
  return stops
}

function oncePerPlace(stops: readonly Stop[]): Stop[] {
  const seen = new Set<Place>()
  return stops
    .filter(({ place }) => !seen.has(place) && seen.add(place))
    .toSorted((a, b) => a.along - b.along)
}

function withEnds(shape: Polyline, stops: readonly Stop[]): Stop[] {
  const end = (along: number): Stop => ({ along, place: { point: pointAt(shape, along) } })
  return [end(0), ...stops, end(lengthOf(shape))]
}

/** Stations between the fixed ones, about evenly. */
function fill(shape: Polyline, fixed: readonly Stop[], random: Random): Stop[] {
  const length = lengthOf(shape)
  return fixed.flatMap((stop, index) => {
    const wraps = index === fixed.length - 1
    if (wraps && !shape.closed) return [stop]
    const next = wraps ? (fixed[0]?.along ?? 0) + length : (fixed[index + 1]?.along ?? length)
    const parts = Math.max(1, Math.round((next - stop.along) / SPACING_M))
    const step = (next - stop.along) / parts
    const added = Array.from({ length: parts - 1 }, (_, i): Stop => {
      const shift = (step * (randomInteger(random, 200) - 100)) / 1_000
      const along = (stop.along + step * (i + 1) + shift) % length
      return { along, place: { point: pointAt(shape, along) } }
    })
    return [stop, ...added]
  })
}

/** Never shorter than the straight way, so that the ends of the long line stay far apart. */
function metresOf(shape: Polyline, stops: readonly Stop[]): number[] {
  const length = lengthOf(shape)
  const pairs = shape.closed ? stops.length : stops.length - 1
  return Array.from({ length: pairs }, (_, index) => {
    const [a, b] = [stops[index] as Stop, stops[(index + 1) % stops.length] as Stop]
    const along = (b.along - a.along + length) % length
    return Math.max(1, Math.ceil(Math.max(along, distance(a.place.point, b.place.point))))
  })
}

/** Degrees of longitude are shorter away from the equator; a ratio near China's middle will do. */
function onMap({ x, y }: Point, { centre }: NetworkPlan): Partial<Station> {
  if (centre === undefined) return {}
  const perMetre = 1_000_000 / M_PER_DEGREE
  return {
    lonMicrodeg: Math.round(centre.lonMicrodeg + x * perMetre * 1.17),
    latMicrodeg: Math.round(centre.latMicrodeg + y * perMetre),
  }
}
