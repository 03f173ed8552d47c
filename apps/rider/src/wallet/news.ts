import type { Fen, Instant } from '@unifare/core'
import type { TripEnd, TripPart, TripState } from '@unifare/tap'

/** What became of the money of a trip, once its day was settled. */
export type TripMoney = 'due' | 'paid' | 'advanced' | 'repaid' | 'rejected'

/** A trip as the rider's issuer knows it. */
export interface Trip {
  readonly id: string
  readonly operator: string
  readonly mode: string
  readonly state: TripState
  /** Why it stands so, a code; null where the state says it all. */
  readonly reason: string | null
  /** Since when this is true. */
  readonly at: Instant
  readonly entry: TripEnd | null
  readonly exit: TripEnd | null
  readonly amountFen: Fen | null
  readonly parts: readonly TripPart[]
  /** null before the settlement. */
  readonly money: TripMoney | null
}

/** The last news from the issuer; true at `at`, and nobody knows what happened since. */
export interface News {
  readonly at: Instant
  readonly account: string
  readonly debtFen: Fen
  /** Newest first. */
  readonly trips: readonly Trip[]
}

type Row = Readonly<Record<string, unknown>>

/** Reads the issuer's answer about a rider. Fields that this page does not know are left out. */
export function readNews(json: unknown): News {
  const row = json as Row
  const rides = (row['rides'] as readonly Row[] | undefined) ?? []
  return {
    at: Number(row['at']),
    account: String(row['account']),
    debtFen: Number(row['debtFen'] ?? 0),
    trips: rides.map(settledTrip).sort((a, b) => b.at - a.at),
  }
}

/** A ride that only the statement told of: paid for, and not known by its places. */
function settledTrip(row: Row): Trip {
  const money = String(row['state']) as TripMoney
  return {
    id: String(row['charge']),
    operator: String(row['operator']),
    mode: String(row['mode']),
    state: money === 'rejected' ? 'void' : 'charged',
    reason: money === 'rejected' ? String(row['verdict']) : null,
    at: Date.parse(String(row['endAt'])),
    entry: null,
    exit: null,
    amountFen: Number(row['amountFen']),
    parts: [],
    money,
  }
}
