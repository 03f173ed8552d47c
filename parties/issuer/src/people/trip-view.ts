import type { Day, Fen, Instant, Tx } from '@unifare/core'
import type { TripEnd, TripNotice, TripPart, TripState } from '@unifare/tap'
import { type RideRow, type RideState, rides } from '../tables.ts'
import { type MissingView, missingView, takenStatements } from './stations.ts'
import { advances, type TripRow } from './tables.ts'
import { mediaOfRider, tripsOf } from './trips.ts'

/** What became of a charge of a trip. */
export interface TripCharge {
  readonly charge: string
  readonly state: RideState
  readonly amountFen: Fen
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
  /** Money that the trip has moved: what the rider paid, and what is owed for it. */
  readonly paidFen: Fen
  readonly owedFen: Fen
  /** When the rider said that the gate did not open; null when not. */
  readonly gateClaimAt: Instant | null
  /** The end that no record tells; null where none is missing. */
  readonly missing: MissingView | null
}

/** Most trips that a view holds. */
export const TRIPS_MAX = 200

const SAID_BY = {
  due: 'centre',
  rejected: 'centre',
  paid: 'issuer',
  advanced: 'issuer',
  repaid: 'issuer',
} as const satisfies Record<RideState, TripView['saidBy']>

/** Trips of a rider's accounts and cards, newest first; of nobody else's. */
export async function tripViews(tx: Tx, rider: string): Promise<readonly TripView[]> {
  const views: TripView[] = []
  const taken = await takenStatements(tx, rider)
  for (const account of await mediaOfRider(tx, rider)) {
    const settled = new Map(
      (await tx.select(rides, { account })).map((ride) => [ride.charge, ride]),
    )
    const owed = new Map(
      (await tx.select(advances, { account })).map(({ charge, since }) => [charge, since]),
    )
    for (const row of await tripsOf(tx, account)) {
      const own = (row.charges as readonly string[]).flatMap((charge) => settled.get(charge) ?? [])
      for (const { charge } of own) settled.delete(charge)
      views.push(viewOf(row, own, { owed, taken }))
    }
    for (const ride of settled.values()) views.push(statementOnly(ride, owed))
  }
  return views.toSorted((a, b) => b.startedAt - a.startedAt).slice(0, TRIPS_MAX)
}

type Owed = ReadonlyMap<string, Instant>

function viewOf(
  row: TripRow,
  own: readonly RideRow[],
  { owed, taken }: { readonly owed: Owed; readonly taken: ReadonlyMap<string, number> },
): TripView {
  const { journey, operator, claimedAt } = row
  const notice = row.notice as TripNotice
  const { mode, medium, division, state, at, reason, entry, exit, amountFen, parts } = notice
  const told = { journey, operator, mode, medium, division, state, reason, entry, exit }
  const gateClaimAt = claimedAt === 0 ? null : claimedAt
  const startedAt = entry?.at ?? exit?.at ?? at
  const missing = missingView(row, taken)
  const known = { ...told, startedAt, amountFen, parts, gateClaimAt, missing }
  return { ...known, ...moneyOf(own, { at, owed }) }
}

/** A ride of which no operator told: the statement is all that is known. */
function statementOnly(ride: RideRow, owed: Owed): TripView {
  const { charge, operator, mode, medium, amountFen, endAt, verdict } = ride
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
    amountFen,
    parts: [],
    gateClaimAt: null,
    missing: null,
    ...moneyOf([ride], { at: Date.parse(endAt), owed }),
  }
}

function moneyOf(
  own: readonly RideRow[],
  { at, owed }: { readonly at: Instant; readonly owed: Owed },
): Pick<TripView, 'settlement' | 'since' | 'saidBy' | 'charges' | 'paidFen' | 'owedFen'> {
  const sum = (...states: readonly RideState[]) =>
    own
      .filter(({ state }) => states.includes(state))
      .reduce((total, { amountFen }) => total + amountFen, 0)
  const last = own.at(-1)
  return {
    settlement: last?.state ?? null,
    since: (last && owed.get(last.charge)) ?? at,
    saidBy: last === undefined ? 'operator' : SAID_BY[last.state],
    charges: own.map(({ charge, state, amountFen, day, verdict }) => {
      return { charge, state, amountFen, day, verdict }
    }),
    paidFen: sum('paid', 'repaid'),
    owedFen: sum('due', 'advanced'),
  }
}
