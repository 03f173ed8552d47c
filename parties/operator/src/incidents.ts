import { type Instant, requireData, type Tx, table } from '@unifare/core'
import { MODES, type Mode, type Tap } from '@unifare/tap'
import { type JourneyRow, journeys } from './tables.ts'

/** A time in which the gates of a station stood open (应急放行): who passed then left no tap. */
export interface Incident {
  readonly mode: Mode
  readonly station: number
  readonly from: Instant
  readonly to: Instant
}

interface IncidentRow extends Incident {
  readonly id: string
}

export const incidents = table<IncidentRow>({
  name: 'incident',
  columns: { id: 'text', mode: 'text', station: 'int', from: 'int', to: 'int' },
  key: ['id'],
})

/** A ride that began or ended in an incident cannot be further away from it in time. */
export const RIDE_MS_MAX = 4 * 3_600_000
const INCIDENT_MS_MAX = 24 * 3_600_000

/**
 * Staff's order `incident`: the gates of a station stood open from an instant to another one.
 * Journeys that lost an end there are completed to that station. Idempotent; the same beginning
 * again changes the end. Throws `operator.bad-incident`.
 */
export async function takeIncident(
  tx: Tx,
  order: Readonly<Record<string, unknown>>,
): Promise<Incident> {
  const { mode } = order
  const [station, from, to] = [order['station'], order['from'], order['to']].map((value) =>
    typeof value === 'number' ? value : Number.NaN,
  )
  requireData(
    typeof mode === 'string' &&
      Object.hasOwn(MODES, mode) &&
      isCount(station) &&
      isCount(from) &&
      isCount(to),
    'operator.bad-incident',
    'an incident names mode, station, from and to',
  )
  requireData(
    to > from && to - from <= INCIDENT_MS_MAX,
    'operator.bad-incident',
    'an incident lasts a day at most, and ends after it began',
  )
  const incident: Incident = { mode: mode as Mode, station, from, to }
  await tx.put(incidents, [{ id: `${incident.mode}/${station}/${from}`, ...incident }])
  return incident
}

function isCount(value: number | undefined): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

/** Where a journey with one end may have its other one: open stations within a ride's time. */
export function openEnds(
  all: readonly Incident[],
  { mode, at }: Tap,
  missing: 'entry' | 'exit',
): readonly { readonly station: number; readonly at: Instant }[] {
  return all.flatMap((incident) => {
    if (incident.mode !== mode) return []
    const { station, from, to } = incident
    return missing === 'exit'
      ? to >= at && from <= at + RIDE_MS_MAX
        ? [{ station, at: Math.max(at, from) }]
        : []
      : from <= at && to >= at - RIDE_MS_MAX
        ? [{ station, at: Math.min(at, to) }]
        : []
  })
}

/** Charged journeys by code that may have lost their other end in an incident. */
export async function lostIn(tx: Tx, { from, to }: Incident): Promise<readonly JourneyRow[]> {
  const rows = await tx.select(journeys, { state: 'incomplete' })
  return rows.filter(
    ({ charge, rider, openedAt }) =>
      charge > 0 &&
      rider.startsWith('code/') &&
      openedAt >= from - RIDE_MS_MAX &&
      openedAt <= to + RIDE_MS_MAX,
  )
}
