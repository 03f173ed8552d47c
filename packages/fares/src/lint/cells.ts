import type { Instant } from '@unifare/core'
import { type Condition, compileWhen, minuteOf } from '../conditions.ts'
import type { StationNetwork } from '../network.ts'
import type { Ride } from '../ride.ts'
import { dayAt, dayNumber, workdays } from '../sample-days.ts'
import type { Tariff, When } from '../tariff.ts'

/** More rides than this are not looked at. */
export const CELLS_MAX = 50_000

/** What conditions can ask of a ride; the rest of a ride does not matter to them. */
interface Cell {
  readonly mode: Ride['mode']
  readonly line: number | undefined
  readonly closed: boolean
  readonly entry: number
  readonly exit: number
  readonly medium: Ride['medium']
  readonly network: string | undefined
  readonly division: string
  readonly riderClass: string
  readonly start: Instant
  readonly end: Instant
}

/** Rides that stand for all others, and the conditions made ready for them. */
export interface Cells {
  readonly rides: readonly Ride[]
  readonly compile: (when: When) => Condition
}

/**
 * One ride for every combination that the given conditions can tell apart, so that what is found
 * about coverage is exact. Undefined when there are more than `CELLS_MAX`.
 */
export function cellsOf(
  tariff: Tariff,
  whens: readonly When[],
  network?: StationNetwork,
): Cells | undefined {
  const stations = stationNames(whens, network)
  const named = {
    holidays: new Set(tariff.holidays),
    // One of each name stands for all that share it.
    stations: new Map([...stations].map(([name, id]) => [name, [id]])),
  }
  const compile = (when: When) => compileWhen(when, tariff.city, named)
  const base = baseCell(tariff)
  let cells: readonly Cell[] = [base]
  for (const { fields, variants } of dimensions(tariff, whens, stations)) {
    const tests = whens.map((when) => compile(only(when, fields)))
    const told = new Map<string, Partial<Cell>>()
    for (const variant of variants) {
      const ride = rideOf({ ...base, ...variant })
      const key = tests.map((test) => (test(ride) ? 1 : 0)).join('')
      if (!told.has(key)) told.set(key, variant)
    }
    if (cells.length * told.size > CELLS_MAX) return undefined
    cells = cells.flatMap((cell) => [...told.values()].map((variant) => ({ ...cell, ...variant })))
  }
  return { rides: cells.map(rideOf), compile }
}

/** Names of the real network mean a station each where only a made-up one is at hand. */
function stationNames(whens: readonly When[], network?: StationNetwork): Map<string, number> {
  const stations = new Map(network?.stations.map(({ id, nameZh }) => [nameZh, id]))
  if (network?.generated === false) return stations
  const refs = whens.flatMap(({ entryStations = [], exitStations = [] }) => [
    ...entryStations,
    ...exitStations,
  ])
  for (const ref of refs) {
    if (typeof ref === 'string' && !stations.has(ref)) {
      stations.set(ref, NO_STATION + 1 + stations.size)
    }
  }
  return stations
}

function baseCell({ modes, city, holidays = [] }: Tariff): Cell {
  const start = dayAt(workdays(holidays)[1] ?? 0, 12 * 60)
  return {
    mode: modes[0] ?? 'bus',
    line: undefined,
    closed: true,
    entry: NO_STATION,
    exit: NO_STATION,
    medium: 'card',
    network: undefined,
    division: city,
    riderClass: 'adult',
    start,
    end: start,
  }
}

/** A station that no tariff can name. */
const NO_STATION = 65_536
const MINUTE_MS = 60_000

interface Dimension {
  readonly fields: readonly (keyof When)[]
  readonly variants: readonly Partial<Cell>[]
}

function dimensions(
  tariff: Tariff,
  whens: readonly When[],
  stations: ReadonlyMap<string, number>,
): Dimension[] {
  const all = <T>(values: (when: When) => readonly T[] | undefined) => [
    ...new Set(whens.flatMap((when) => values(when) ?? [])),
  ]
  const ids = (values: (when: When) => When['entryStations']) => [
    NO_STATION,
    ...all(values).flatMap((one) => (typeof one === 'number' ? one : (stations.get(one) ?? []))),
  ]
  const networks = ['t-union', 'ride-code', 'other', ...all(({ networks: named }) => named)]
  const { days, minutes } = times(tariff, whens)
  const starts = days.flatMap((day) => minutes.map((minute) => dayAt(day, minute)))
  return [
    { fields: ['modes'], variants: tariff.modes.map((mode) => ({ mode })) },
    {
      fields: ['lines'],
      variants: [undefined, ...all(({ lines }) => lines)].map((line) => ({ line })),
    },
    { fields: ['journey'], variants: [{ closed: true }, { closed: false }] },
    {
      fields: ['entryStations'],
      variants: ids(({ entryStations }) => entryStations).map((entry) => ({ entry })),
    },
    {
      fields: ['exitStations'],
      variants: ids(({ exitStations }) => exitStations).map((exit) => ({ exit })),
    },
    {
      fields: ['media', 'networks'],
      variants: (['card', 'code'] as const).flatMap((medium) =>
        [undefined, ...networks].map((network) => ({ medium, network })),
      ),
    },
    {
      fields: ['issuer', 'issuerDivisions'],
      variants: [tariff.city, '', ...all(({ issuerDivisions }) => issuerDivisions)].map(
        (division) => ({ division }),
      ),
    },
    {
      fields: ['riderClasses'],
      variants: ['adult', ...all(({ riderClasses }) => riderClasses)].map((riderClass) => ({
        riderClass,
      })),
    },
    {
      fields: ['days', 'time'],
      // A ride of no length, and rides whose end lies on the same day at every other time.
      variants: starts.flatMap((start) => [
        { start, end: start },
        ...(whens.some(({ time }) => time?.at === 'exit')
          ? minutes.map((minute) => ({ start, end: onDayOf(start, minute) }))
          : []),
      ]),
    },
  ]
}

function only(when: When, fields: readonly (keyof When)[]): When {
  return Object.fromEntries(Object.entries(when).filter(([name]) => fields.some((f) => f === name)))
}

function rideOf(cell: Cell): Ride {
  const { mode, line, closed, medium, network, division, riderClass, start, end } = cell
  return {
    mode,
    ...(line === undefined ? {} : { line }),
    ...(closed
      ? { entry: { station: cell.entry, at: start }, exit: { station: cell.exit, at: end } }
      : {}),
    at: closed ? end : start,
    medium,
    ...(network === undefined ? {} : { network }),
    riderClass,
    issuer: { institution: '', division },
  }
}

/** Days since 1970 of a week without holidays where there is one, and every minute that matters. */
function times({ holidays = [] }: Tariff, whens: readonly When[]) {
  const holiday = holidays[0] === undefined ? [] : [dayNumber(holidays[0])]
  const bounds = whens.flatMap(({ time }) =>
    time === undefined ? [] : [minuteOf(time.from), minuteOf(time.until) % 1_440],
  )
  return {
    days: [...workdays(holidays), ...holiday],
    minutes: [...new Set([12 * 60, 0, ...bounds])],
  }
}

function onDayOf(at: Instant, minute: number): Instant {
  return dayAt(Math.floor((at / MINUTE_MS + 480) / 1_440), minute)
}

/** What is particular about a ride, in the words of conditions. */
export function describeRide(ride: Ride): string {
  const { mode, line, entry, medium, network, issuer, riderClass, at } = ride
  const parts = [
    `modes ${mode}`,
    line === undefined ? '' : `lines ${line}`,
    entry === undefined ? 'journey single' : 'journey closed',
    `media ${medium}`,
    network === undefined ? '' : `networks ${network}`,
    `issuer ${issuer.division === '' ? 'visitor' : 'local'}`,
    `riderClasses ${riderClass}`,
    `at ${new Date((entry?.at ?? at) + 480 * MINUTE_MS).toISOString().slice(0, 16)}`,
  ]
  return parts.filter((part) => part !== '').join(', ')
}
