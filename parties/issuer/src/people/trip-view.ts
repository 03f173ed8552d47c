import type { Day, Fen, Instant, Tx } from '@unifare/core'
import type { TripCorrection, TripEnd, TripNotice, TripPart, TripState } from '@unifare/tap'
import { type RideRow, type RideState, rides } from '../tables.ts'
import { type MissingView, missingView, takenStatements } from './stations.ts'
import { advances, type TripRow } from './tables.ts'
import { correctedBy, moneyOf, type Owed, standingCharge, takeFamily } from './trip-money.ts'
import { mediaOfRider, tripsOf } from './trips.ts'

/** What became of a charge of a trip. */
export interface TripCharge {
  readonly charge: string
  readonly state: RideState
  /** What it moved; of a correction the difference, below zero when the rider gets it. */
  readonly amountFen: Fen
  /** What it asks for the whole trip. */
  readonly chargedFen: Fen
  /** The charge that it takes the place of; empty for a first one. */
  readonly corrects: string
  /** Settlement day. */
  readonly day: Day
  /** The centre's word. */
  readonly verdict: string
}

/** A trip as its rider sees it: where it stands, since when, who says so, why, and its money. */
export interface TripView {
  readonly journey: string
  readonly operator: string
  readonly mode: string
  readonly medium: string
  /** GB/T 2260 code of the city; empty when only the statement tells of the trip. */
  readonly division: string
  readonly state: TripState
  /** What became of its last charge; null before the settlement. */
  readonly settlement: RideState | null
  /** When it began, as far as anybody knows. */
  readonly startedAt: Instant
  /** Since when it stands so; of a settlement without an instant, when the trip ended. */
  readonly since: Instant
  /** Who told the last of it: the operator, the centre's statement, or this issuer. */
  readonly saidBy: 'operator' | 'centre' | 'issuer'
  readonly reason: string | null
  readonly entry: TripEnd | null
  readonly exit: TripEnd | null
  readonly amountFen: Fen | null
  readonly parts: readonly TripPart[]
  readonly charges: readonly TripCharge[]
  /** What was asked before `amountFen`, when that is a correction; null when not. */
  readonly corrected: TripCorrection | null
  /** Money that the trip has moved: what the rider paid, and what is owed for it. */
  readonly paidFen: Fen
  /** Below zero: what a correction took back and the rider has not got yet. */
  readonly owedFen: Fen
  /** When the rider said that the gate did not open; null when not. */
  readonly gateClaimAt: Instant | null
  /** The end that no record tells; null where none is missing. */
  readonly missing: MissingView | null
}

/** Most trips that a view holds. */
export const TRIPS_MAX = 200

/** Trips of a rider's accounts and cards, newest first; of nobody else's. */
export async function tripViews(tx: Tx, rider: string): Promise<readonly TripView[]> {
  const views: TripView[] = []
  const taken = await takenStatements(tx, rider)
  for (const account of await mediaOfRider(tx, rider)) {
    const settled = new Map(
      (await tx.select(rides, { account })).map((ride) => [ride.charge, ride]),
    )
    const owed = new Map(
      (await tx.select(advances, { account })).map((row) => [row.charge, row] as const),
    )
    for (const row of await tripsOf(tx, account)) {
      const own = takeFamily(settled, row.charges as readonly string[])
      views.push(viewOf(row, own, { owed, taken }))
    }
    for (const charge of settled.keys()) {
      const own = takeFamily(settled, [charge])
      const standing = standingCharge(own)
      if (standing !== undefined) views.push(statementOnly(standing, own, owed))
    }
  }
  return views.toSorted((a, b) => b.startedAt - a.startedAt).slice(0, TRIPS_MAX)
}

function viewOf(
  row: TripRow,
  own: readonly RideRow[],
  { owed, taken }: { readonly owed: Owed; readonly taken: ReadonlyMap<string, number> },
): TripView {
  const { journey, operator, claimedAt } = row
  const notice = row.notice as TripNotice
  const { mode, medium, division, state, at, reason, entry, exit } = notice
  const told = { journey, operator, mode, medium, division, state, reason, entry, exit }
  const gateClaimAt = claimedAt === 0 ? null : claimedAt
  const startedAt = entry?.at ?? exit?.at ?? at
  const missing = missingView(row, taken)
  const known = { ...told, startedAt, ...askedOf(notice, own), gateClaimAt, missing }
  return { ...known, ...moneyOf(own, { at, owed }) }
}

/** What the operator asks for; where the centre refused a correction, what stood stands. */
function askedOf(
  { amountFen, parts, charge, corrects }: TripNotice,
  own: readonly RideRow[],
): Pick<TripView, 'amountFen' | 'parts' | 'corrected'> {
  const standing = standingCharge(own)
  const refused = own.some((ride) => ride.charge === charge && ride !== standing)
  if (standing !== undefined && refused) {
    return { amountFen: standing.chargedFen, parts: [], corrected: correctedBy(own) }
  }
  return { amountFen, parts, corrected: corrects ?? correctedBy(own) }
}

/** A ride of which no operator told: the statement is all that is known. */
function statementOnly(ride: RideRow, own: readonly RideRow[], owed: Owed): TripView {
  const { charge, operator, mode, medium, chargedFen, endAt, verdict } = ride
  const rejected = ride.state === 'rejected'
  return {
    journey: charge,
    operator,
    mode,
    medium,
    division: '',
    state: rejected ? 'void' : 'charged',
    reason: rejected ? verdict : null,
    entry: null,
    exit: null,
    startedAt: Date.parse(endAt),
    amountFen: chargedFen,
    parts: [],
    corrected: correctedBy(own),
    gateClaimAt: null,
    missing: null,
    ...moneyOf(own, { at: Date.parse(endAt), owed }),
  }
}
