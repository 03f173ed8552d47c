import { canonicalJson, type Instant, requireData, shanghaiDay, type Tx, utf8 } from '@unifare/core'
import type { TripMissing, TripNotice } from '@unifare/tap'
import type { RiderContext } from './context.ts'
import { type TripRow, trips } from './tables.ts'
import { mediaOfRider, ownTrip } from './trips.ts'

/** A station that a rider stated for a trip, as it was passed on. */
interface StatedStation {
  readonly line: number
  readonly station: number
  readonly at: Instant
  /** Version of the trip then: a higher one answers. */
  readonly version: number
}

/** What became of a rider's word for a station. */
export interface StatedView extends Omit<StatedStation, 'version'> {
  readonly state: 'waits' | 'taken' | 'refused'
  /** Why it was refused, a stable code. */
  readonly refused: string | null
}

/** The end of a trip that no record tells, and what the rider can do about it. */
export interface MissingView extends Omit<TripMissing, 'stated'> {
  /** Statements at this operator that were taken in the year of the trip, this one too. */
  readonly used: number
  readonly stated: StatedView | null
}

/**
 * The rider states where a trip began or ended of which that end is missing (自助补登). It is written
 * down and passed on to the operator, who answers with a new version of the trip. The same again
 * changes nothing; after a refusal another station can be stated.
 */
export async function stateStation(context: RiderContext): Promise<StatedView> {
  const { tx, fields, input, rider } = context
  const [line, station] = [wholeOf(fields, 'line'), wholeOf(fields, 'station')]
  const row = await ownTrip(tx, rider, String(fields['journey']))
  const notice = row.notice as TripNotice
  const { missing } = notice
  requireData(
    missing !== undefined && missing.until !== null,
    'issuer.no-statement',
    `no station can be stated for trip ${row.journey}`,
  )
  const before = statedView(row)
  if (before !== null && before.state !== 'refused') {
    const same = before.line === line && before.station === station
    requireData(same, 'issuer.station-given', `a station was stated for trip ${row.journey}`)
    return before
  }
  const at = input.acceptedAt
  const stated: StatedStation = { line, station, at, version: row.version }
  await tx.put(trips, [{ ...row, stated }])
  const { journey, operator } = row
  // The operator sees pseudonyms: how often this rider did so, only the issuer knows.
  const treated = (await takenStatements(tx, rider)).get(yearAt(row)) ?? 0
  const word = { do: 'station-statement', journey, account: notice.account, line, station, treated }
  input.send(operator, 'order', utf8(canonicalJson({ ...word, statedAt: at })))
  return { line, station, at, state: 'waits', refused: null }
}

function wholeOf(fields: RiderContext['fields'], name: string): number {
  const value = fields[name]
  const fits = Number.isSafeInteger(value) && Number(value) >= 0
  requireData(fits, 'message.malformed', `a station is named by a whole ${name}`)
  return Number(value)
}

/** How many statements of a rider were taken, by operator and calendar year (`yearAt`). */
export async function takenStatements(tx: Tx, rider: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  for (const account of await mediaOfRider(tx, rider)) {
    for (const row of await tx.select(trips, { account })) {
      if ((row.notice as TripNotice).missing?.stated?.refused !== null) continue
      counts.set(yearAt(row), (counts.get(yearAt(row)) ?? 0) + 1)
    }
  }
  return counts
}

/** `operator/year` of the end that is known. */
function yearAt({ operator, notice }: TripRow): string {
  const { missing, entry, exit, at } = notice as TripNotice
  const known = missing?.end === 'exit' ? entry : exit
  return `${operator}/${shanghaiDay(known?.at ?? at).slice(0, 4)}`
}

/** What the rider is shown of a trip's missing end; null where none is missing. */
export function missingView(row: TripRow, taken: ReadonlyMap<string, number>): MissingView | null {
  const { missing } = row.notice as TripNotice
  if (missing === undefined) return null
  const { end, until, yearly } = missing
  return { end, until, yearly, used: taken.get(yearAt(row)) ?? 0, stated: statedView(row) }
}

function statedView({ stated, version, notice }: TripRow): StatedView | null {
  const told = (notice as TripNotice).missing?.stated
  const said = stated as StatedStation | null
  const { line, station, at } = said ?? told ?? { line: 0, station: 0, at: 0 }
  const answers = told?.line === line && told.station === station
  if (told && (said === null || (answers && version > said.version))) {
    const { refused } = told
    return {
      line: told.line,
      station: told.station,
      at,
      refused,
      state: refused === null ? 'taken' : 'refused',
    }
  }
  return said === null ? null : { line, station, at, state: 'waits', refused: null }
}
