import type { Instant } from '@unifare/core'
import type { CompiledTariff } from './compile.ts'
import { incompleteRule, type MissingEnd } from './incomplete-fare.ts'
import type { Ride, RidePoint } from './ride.ts'
import type { IncompleteRule } from './tariff.ts'

const DAY_MS = 86_400_000
/** Nobody rides faster on average (set by Unifare): 120 km/h. */
const METRES_PER_SECOND_MAX = 33

/** A journey with one end, and the rider's word for the other one. */
export interface StationClaim {
  readonly ride: Omit<Ride, 'entry' | 'exit'>
  readonly missing: MissingEnd
  readonly known: RidePoint
  /** Station that the rider names. */
  readonly station: number
  readonly statedAt: Instant
  /** When the rider was surely out again: the statement itself, or a tap before it. */
  readonly outBy: Instant
  /** Journeys of this rider that were completed so in the calendar year of the known end. */
  readonly treated: number
}

/** Why a statement is not taken; a stable code. */
export type StatementRefusal =
  | 'fares.no-statement'
  | 'fares.statement-late'
  | 'fares.statement-limit'
  | 'fares.statement-too-fast'
  | 'fares.unknown-station'
  | 'fares.no-path'

/** What becomes of a statement: the rule that takes it and the journey's two ends, or a refusal. */
export type StatementCheck =
  | {
      readonly ok: true
      readonly rule: IncompleteRule
      readonly ends: { readonly entry: RidePoint; readonly exit: RidePoint }
    }
  | { readonly ok: false; readonly code: StatementRefusal }

/**
 * Whether the rider's word for the missing station of a journey is taken: by the city's rule, in
 * time, not too often, and only where the way through the network could be ridden in the time.
 * The missing end gets the time of the known one, so that no overtime comes of a time that nobody
 * knows.
 */
export function checkStatement(compiled: CompiledTariff, claim: StationClaim): StatementCheck {
  const { ride, missing, known, station, statedAt, outBy, treated } = claim
  const rule = incompleteRule(compiled, { ride, missing, station: known.station })
  const statement = rule?.statement
  if (rule === undefined || statement === undefined) return refused('fares.no-statement')
  if (statedAt > statementUntil(rule, known.at)) return refused('fares.statement-late')
  if (statement.yearly !== null && treated >= statement.yearly) {
    return refused('fares.statement-limit')
  }
  const stated = { station, at: known.at }
  const ends = missing === 'exit' ? { entry: known, exit: stated } : { entry: stated, exit: known }
  const whole = { ...ride, at: known.at, ...ends }
  const fare = compiled.rules.find(({ holds }) => holds(whole))?.base.fareOf(whole)
  if (fare === undefined || fare === 'fares.unknown-station') {
    return refused('fares.unknown-station')
  }
  if (typeof fare === 'string') return refused('fares.no-path')
  const leastMs = Math.floor(((fare.distanceM ?? 0) * 1000) / METRES_PER_SECOND_MAX)
  if (missing === 'exit' && outBy - known.at < leastMs) return refused('fares.statement-too-fast')
  return { ok: true, rule, ends }
}

function refused(code: StatementRefusal): StatementCheck {
  return { ok: false, code }
}

/** Last instant in which a statement is taken; before the known end where none ever is. */
export function statementUntil({ statement }: IncompleteRule, knownAt: Instant): Instant {
  return statement === undefined ? knownAt - 1 : knownAt + statement.withinDays * DAY_MS
}

/** Last instant in which a journey with one end still waits for the other one. */
export function settleUntil({ settleDays = 0 }: IncompleteRule, knownAt: Instant): Instant {
  return knownAt + settleDays * DAY_MS
}

/** The tariff for a ride that gets no discount: base fares and time limits alone. */
export function withoutDiscounts(compiled: CompiledTariff): CompiledTariff {
  return { ...compiled, discounts: [], transfers: [], accumulation: [], caps: [], passes: [] }
}
