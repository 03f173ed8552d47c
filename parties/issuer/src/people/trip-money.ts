import type { Fen, Instant } from '@unifare/core'
import type { TripCorrection } from '@unifare/tap'
import type { RideRow, RideState } from '../tables.ts'
import type { AdvanceRow } from './tables.ts'
import type { TripCharge, TripView } from './trip-view.ts'

/** What is still owed for charges whose fare was advanced, by charge. */
export type Owed = ReadonlyMap<string, Pick<AdvanceRow, 'amountFen' | 'since'>>

const SAID_BY = {
  due: 'centre',
  rejected: 'centre',
  paid: 'issuer',
  advanced: 'issuer',
  repaid: 'issuer',
  credit: 'centre',
  credited: 'issuer',
} as const satisfies Record<RideState, TripView['saidBy']>

/** Takes out of `settled` the charges of one journey: those named, and all that correct one another. */
export function takeFamily(settled: Map<string, RideRow>, names: readonly string[]): RideRow[] {
  const own: RideRow[] = []
  const open = [...names]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const ride = settled.get(name)
    if (ride === undefined) continue
    settled.delete(name)
    own.push(ride)
    if (ride.corrects !== '') open.push(ride.corrects)
    for (const other of settled.values()) if (other.corrects === name) open.push(other.charge)
  }
  return own.toSorted((a, b) => numberOf(a) - numberOf(b))
}

function numberOf({ charge }: RideRow): number {
  return Number(charge.slice(charge.indexOf('-') + 1))
}

/** The charge of a journey that stands: the last one that settled, else the last one. */
export function standingCharge(own: readonly RideRow[]): RideRow | undefined {
  return own.findLast(({ state }) => state !== 'rejected') ?? own.at(-1)
}

/** What the standing charge took the place of. */
export function correctedBy(own: readonly RideRow[]): TripCorrection | null {
  const standing = standingCharge(own)
  const before = own.find(({ charge }) => charge === standing?.corrects)
  if (standing?.state === 'rejected' || before === undefined) return null
  return { charge: before.charge, amountFen: before.chargedFen }
}

/** Money of a journey: what each charge moved, and what all together are for the rider. */
export function moneyOf(
  own: readonly RideRow[],
  { at, owed }: { readonly at: Instant; readonly owed: Owed },
): Pick<TripView, 'settlement' | 'since' | 'saidBy' | 'charges' | 'paidFen' | 'owedFen'> {
  const sum = (...states: readonly RideState[]) =>
    own
      .filter(({ state }) => states.includes(state))
      .reduce((total, { amountFen }) => total + amountFen, 0)
  const advancedFen: Fen = own.reduce(
    (total, { charge }) => total + (owed.get(charge)?.amountFen ?? 0),
    0,
  )
  const last = standingCharge(own)
  return {
    settlement: last?.state ?? null,
    since: (last && owed.get(last.charge)?.since) ?? at,
    saidBy: last === undefined ? 'operator' : SAID_BY[last.state],
    charges: own.map(({ charge, state, amountFen, chargedFen, corrects, day, verdict }) => {
      const told: TripCharge = { charge, state, amountFen, chargedFen, corrects, day, verdict }
      return told
    }),
    // What was given back lowers what was paid, or what was advanced and is owed.
    paidFen: sum('paid', 'repaid', 'advanced', 'credited') - advancedFen,
    owedFen: sum('due', 'credit') + advancedFen,
  }
}
