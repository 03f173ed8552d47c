import type { InspectedTransaction } from './transactions.ts'
import type { InspectedTrip } from './trips.ts'

/** Both logs of a card, each naming its counterpart in the other. */
export interface JoinedLogs {
  readonly transactions: readonly InspectedTransaction[]
  readonly trips: readonly InspectedTrip[]
}

/**
 * Joins trips and transactions of the identical second, each at most once; where several fit, the
 * one of the same terminal is taken, and never one of another second (reference card 2.5). Each
 * names the record number of the other.
 */
export function joinLogs({ transactions, trips }: JoinedLogs): JoinedLogs {
  const tripOf = new Map<number, number>()
  const transactionOf = new Map<number, number>()
  const sameTerminal = (trip: InspectedTrip, other: InspectedTransaction) =>
    trip.terminal === other.terminal
  for (const fits of [sameTerminal, () => true]) {
    trips.forEach((trip, at) => {
      if (trip.time === null || transactionOf.has(at)) return
      const found = transactions.findIndex(
        (other, i) =>
          other.file === '18' && other.time === trip.time && !tripOf.has(i) && fits(trip, other),
      )
      if (found < 0) return
      transactionOf.set(at, found)
      tripOf.set(found, at)
    })
  }
  const recordIn = (list: readonly { readonly record: number }[], at: number | undefined) =>
    at === undefined ? null : (list[at]?.record ?? null)
  return {
    transactions: transactions.map((one, i) => ({ ...one, trip: recordIn(trips, tripOf.get(i)) })),
    trips: trips.map((one, i) => ({
      ...one,
      transaction: recordIn(transactions, transactionOf.get(i)),
    })),
  }
}
