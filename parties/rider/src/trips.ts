import { type Fen, type Instant, requireData } from '@unifare/core'
import type { TripCorrection, TripEnd, TripPart, TripState } from '@unifare/tap'

/** What became of the money of a trip once its day was settled. */
export type TripMoney = 'due' | 'paid' | 'advanced' | 'repaid' | 'credit' | 'credited' | 'rejected'

/** A trip 行程 as the rider's issuer knows it. */
export interface RiderTrip {
  readonly journey: string
  readonly operator: string
  readonly mode: string
  readonly medium: string
  /** GB/T 2260 code of the city; empty when only the statement tells of the trip. */
  readonly division: string
  readonly state: TripState
  /** null before the settlement. */
  readonly settlement: TripMoney | null
  readonly startedAt: Instant
  /** Since when it stands so. */
  readonly since: Instant
  readonly saidBy: 'operator' | 'centre' | 'issuer'
  /** Why, a stable code; null where the state says it all. */
  readonly reason: string | null
  readonly entry: TripEnd | null
  readonly exit: TripEnd | null
  /** What is asked for it; null as long as nobody can know. */
  readonly amountFen: Fen | null
  /** What was asked before, when the amount is a correction. */
  readonly corrected?: TripCorrection | null
  readonly parts: readonly TripPart[]
  readonly paidFen: Fen
  readonly owedFen: Fen
  /** When the rider said that the gate did not open; null when not. */
  readonly gateClaimAt: Instant | null
  /** The end that no record tells; null where none is missing. */
  readonly missing: MissingEnd | null
}

/** The end of a trip that no record tells, and what the rider can do about it. */
export interface MissingEnd {
  readonly end: 'entry' | 'exit'
  /** Last instant in which the station can be stated; null where no statement is taken. */
  readonly until: Instant | null
  /** Statements that this operator takes in a calendar year; null without limit. */
  readonly yearly: number | null
  readonly used: number
  /** What the rider stated last. */
  readonly stated: StatedStation | null
}

/** A rider's word for a station, and what became of it. */
export interface StatedStation {
  readonly line: number
  readonly station: number
  readonly at: Instant
  readonly state: 'waits' | 'taken' | 'refused'
  /** Why it was refused, a stable code. */
  readonly refused: string | null
}

/** A fare that the issuer advanced. */
export interface RiderDebt {
  readonly charge: string
  readonly amountFen: Fen
  readonly operator: string
  readonly mode: string
  readonly since: Instant
  readonly ageDays: number
}

/** What the issuer knows of a rider at an instant. */
export interface RiderNews {
  readonly at: Instant
  readonly account: string
  readonly state: string
  readonly class: 'registered' | 'anonymous'
  readonly signInName: string | null
  /** Whether a credential would be given now, else the reason's code. */
  readonly standing: { readonly ok: true } | { readonly ok: false; readonly code: string }
  readonly frozen: {
    readonly frozenAt: Instant
    readonly connectedRefuseFrom: Instant
    readonly refusedBy: Instant
  } | null
  readonly prepaid: {
    readonly balanceFen: Fen
    readonly reservedFen: Fen
    readonly freeFen: Fen
    readonly reservedUntil: Instant
  }
  readonly debtFen: Fen
  readonly debts: readonly RiderDebt[]
  /** Newest first. */
  readonly trips: readonly RiderTrip[]
  /** Operators whose accumulation schemes the rider joined. */
  readonly schemes: readonly string[]
  /** Ids of the keys that act for this rider. */
  readonly devices: readonly string[]
}

/**
 * Reads the issuer's view of a rider (`wallet.look()`), which the issuer signed. Throws
 * `wallet.foreign-answer` when it is none.
 */
export function readRiderNews(json: unknown): RiderNews {
  const row = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>
  const fits =
    typeof row['at'] === 'number' &&
    typeof row['account'] === 'string' &&
    Array.isArray(row['trips']) &&
    Array.isArray(row['debts'])
  requireData(fits, 'wallet.foreign-answer', 'this is no view of a rider')
  return json as RiderNews
}

/** True while the rider can say of a trip that the gate did not open. */
export function mayClaimGate({
  state,
  gateClaimAt,
}: Pick<RiderTrip, 'state' | 'gateClaimAt'>): boolean {
  return state !== 'void' && gateClaimAt === null
}

/** True while the rider can state the station that is missing of a trip. */
export function mayStateStation({ missing }: Pick<RiderTrip, 'missing'>, now: Instant): boolean {
  if (missing === null || missing.until === null) return false
  const { until, yearly, used, stated } = missing
  const open = stated === null || stated.state === 'refused'
  return open && now <= until && (yearly === null || used < yearly)
}
