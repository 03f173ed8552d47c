import type { AcceptanceContent } from '@unifare/bundle'
import type { Instant, Tx } from '@unifare/core'
import type { CompiledTariff } from '@unifare/fares'
import { deliveryId, parseTap, parseTapId, type Tap } from '@unifare/tap'
import type { Corrected } from '../corrections.ts'
import { incidents } from '../incidents.ts'
import type { Paired } from '../pairing.ts'
import { priceRide } from '../pricing.ts'
import { type ChangedJourney, correctJourneys } from '../rerating.ts'
import { type JourneyRow, taps } from '../tables.ts'
import { statedEnds } from './statement-tables.ts'

/** What journeys are priced with at this operator. */
export interface Books {
  readonly operator: string
  readonly tariffs: readonly CompiledTariff[]
  readonly acceptance: AcceptanceContent
  readonly at: Instant
}

/** The end that a charged journey with one end lacks; undefined for any other journey. */
export function missingEndOf({ note }: Pick<JourneyRow, 'note'>): 'entry' | 'exit' | undefined {
  if (note === 'missing-exit') return 'exit'
  return note === 'missing-entry' ? 'entry' : undefined
}

/** Key of the tap that names a journey. Throws `tap.bad-field`. */
export function tapKeyOf(journey: string): Pick<Tap, 'terminal' | 'sequence'> {
  const { id } = parseTapId(journey)
  const dash = id.lastIndexOf('-')
  return { terminal: id.slice(0, dash), sequence: Number(id.slice(dash + 1)) }
}

/**
 * Prices charged journeys with one end again, by all that gates which stood open and their riders
 * say now, and corrects those that cost otherwise. Repeatable.
 */
export async function correctLone(
  tx: Tx,
  rows: readonly JourneyRow[],
  { operator, tariffs, acceptance, at }: Books,
): Promise<Corrected | undefined> {
  const lone = rows.flatMap((row) => (missingEndOf(row) === undefined ? [] : [row]))
  if (lone.length === 0) return undefined
  const known = await tx.get(
    taps,
    lone.map(({ id }) => tapKeyOf(id)),
  )
  const more = {
    incidents: await tx.select(incidents, {}),
    statements: await statedEnds(
      tx,
      lone.map(({ id }) => tapKeyOf(id)),
    ),
  }
  const changed = known.flatMap((row): ChangedJourney[] => {
    if (row === undefined) return []
    const last = parseTap(row.raw)
    const journey = deliveryId(row)
    const paired = lonePair(
      last,
      lone.find(({ id }) => id === journey),
    )
    const price: ChangedJourney['price'] = (quote) =>
      priceRide(tariffs, acceptance, paired, { ...more, quote })
    return [{ journey, change: {}, last, price }]
  })
  return correctJourneys(tx, changed, { tariffs, operator, at })
}

function lonePair(tap: Tap, row: JourneyRow | undefined): Paired {
  return row?.note === 'missing-entry'
    ? { kind: 'missing-entry', exit: tap }
    : { kind: 'missing-exit', entry: tap }
}
