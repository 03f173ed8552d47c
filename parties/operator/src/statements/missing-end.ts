import type { AcceptanceContent } from '@unifare/bundle'
import { type Instant, type Tx } from '@unifare/core'
import {
  type CompiledTariff,
  type IncompleteRule,
  incompleteRule,
  type MissingEnd,
  statementUntil,
  tariffInForce,
} from '@unifare/fares'
import { deliveryId, type Tap, type TripMissing } from '@unifare/tap'
import { RIDE_MS_MAX } from '../incidents.ts'
import { rideOf } from '../ride-of.ts'
import { stationStatements } from './statement-tables.ts'

/** What the rule of an incomplete journey is found by. */
export interface Rules {
  readonly tariffs: readonly CompiledTariff[]
  readonly acceptance: AcceptanceContent
}

/** Whether a journey that began or ended at an instant has lasted longer than any ride does. */
export function isOver({ at }: Pick<Tap, 'at'>, now: Instant): boolean {
  return now - at > RIDE_MS_MAX
}

/** The city's rule for a journey of which this end alone is known. */
export function ruleFor(
  { tariffs, acceptance }: Rules,
  tap: Tap,
  missing: MissingEnd,
): IncompleteRule | undefined {
  const found = tariffInForce(tariffs, tap.mode, tap.at)
  if (found === undefined) return undefined
  const { ride } = rideOf(found, acceptance, { last: tap, entry: null })
  return incompleteRule(found, { ride, missing, station: tap.station })
}

/** What a rider is told of the end that is missing: what can be stated, and what was. */
export async function missingOf(
  tx: Tx,
  rules: Rules,
  { tap, end }: { readonly tap: Tap; readonly end: MissingEnd },
): Promise<TripMissing> {
  const rule = ruleFor(rules, tap, end)
  const [row] = await tx.get(stationStatements, [{ journey: deliveryId(tap) }])
  const statement = rule?.statement
  return {
    end,
    until: rule === undefined || statement === undefined ? null : statementUntil(rule, tap.at),
    yearly: statement?.yearly ?? null,
    stated:
      row === undefined
        ? null
        : {
            at: row.statedAt,
            line: row.line,
            station: row.station,
            refused: row.refused === '' ? null : row.refused,
          },
  }
}
