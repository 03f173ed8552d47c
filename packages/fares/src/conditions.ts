import { type Instant, shanghaiDay } from '@unifare/core'
import type { Ride } from './ride.ts'
import { startOf } from './ride-times.ts'
import { DAY_KINDS, type DayKind, type StationRef, type TimeWindow, type When } from './tariff.ts'
import type { FareMedium } from './words.ts'

export type Condition = (ride: Ride) => boolean

const NETWORK_OF_MEDIUM = {
  card: 't-union',
  code: 'ride-code',
} as const satisfies Record<FareMedium, string>

/** Conditions as one function; absent ones cost nothing when a ride is priced. */
export function compileWhen(when: When, city: string, named: Named = NOTHING_NAMED): Condition {
  const tests: Condition[] = []
  const { modes, lines, journey, media, issuer, issuerDivisions, networks, riderClasses } = when
  if (modes !== undefined) tests.push(({ mode }) => modes.includes(mode))
  if (lines !== undefined) {
    tests.push(({ line }) => line !== undefined && lines.includes(line))
  }
  if (journey !== undefined) {
    const closed = journey === 'closed'
    tests.push((ride) => (ride.entry !== undefined && ride.exit !== undefined) === closed)
  }
  if (media !== undefined) tests.push(({ medium }) => media.includes(medium))
  if (issuer !== undefined) {
    const local = issuer === 'local'
    const prefix = cityPrefix(city)
    tests.push((ride) => ride.issuer.division.startsWith(prefix) === local)
  }
  if (issuerDivisions !== undefined) {
    tests.push((ride) => issuerDivisions.includes(ride.issuer.division))
  }
  if (networks !== undefined) {
    tests.push((ride) => networks.includes(ride.network ?? NETWORK_OF_MEDIUM[ride.medium]))
  }
  if (riderClasses !== undefined) tests.push((ride) => riderClasses.includes(ride.riderClass))
  const { entryStations, exitStations, days, time } = when
  if (entryStations !== undefined) {
    const ids = stationIds(entryStations, named)
    tests.push(({ entry }) => entry !== undefined && ids.has(entry.station))
  }
  if (exitStations !== undefined) {
    const ids = stationIds(exitStations, named)
    tests.push(({ exit }) => exit !== undefined && ids.has(exit.station))
  }
  if (days !== undefined) {
    tests.push((ride) => days.includes(dayKind(startOf(ride), named.holidays)))
  }
  if (time !== undefined) tests.push(timeTest(time))
  return tests.length === 1 ? (tests[0] as Condition) : (ride) => tests.every((test) => test(ride))
}

/** What conditions name that stands outside of them. */
export interface Named {
  readonly holidays: ReadonlySet<string>
  /** Ids of the network's stations by their Chinese names, which those over the street share. */
  readonly stations: ReadonlyMap<string, readonly number[]>
}

const NOTHING_NAMED: Named = { holidays: new Set(), stations: new Map() }

/** Numbers of stations; a name that the network does not have is nowhere. */
export function stationIds(refs: readonly StationRef[], { stations }: Named): ReadonlySet<number> {
  return new Set(refs.flatMap((ref) => (typeof ref === 'number' ? ref : (stations.get(ref) ?? []))))
}

const MINUTE_MS = 60_000
const DAY_MINUTES = 1_440
/** China has one zone and no summer time. */
const SHANGHAI_MINUTES = 480

function dayKind(at: Instant, holidays: ReadonlySet<string>): DayKind {
  if (holidays.has(shanghaiDay(at))) return 'holiday'
  const days = Math.floor((at / MINUTE_MS + SHANGHAI_MINUTES) / DAY_MINUTES)
  // 1 January 1970 was a Thursday.
  return DAY_KINDS[(((days + 4) % 7) + 7) % 7] ?? 'sun'
}

function timeTest({ at, from, until }: TimeWindow): Condition {
  const [start, end] = [minuteOf(from), minuteOf(until)]
  return (ride) => {
    const instant = at === 'entry' ? startOf(ride) : (ride.exit?.at ?? ride.at)
    const minute =
      (((instant / MINUTE_MS + SHANGHAI_MINUTES) % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES
    return start < end ? minute >= start && minute < end : minute >= start || minute < end
  }
}

/** Minutes since midnight of HH:MM. */
export function minuteOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return hours * 60 + minutes
}

/**
 * What the codes of a city and its districts begin with: two digits of a municipality (110000),
 * four of a prefecture-level city (440100), all six of a county-level one (429004).
 */
function cityPrefix(city: string): string {
  if (city.endsWith('0000')) return city.slice(0, 2)
  return city.endsWith('00') ? city.slice(0, 4) : city
}
