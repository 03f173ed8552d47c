import { businessDay, type Day, type Instant, type Tx } from '@unifare/core'
import type { CompiledTariff } from '@unifare/fares'
import { deliveryId, type Tap } from '@unifare/tap'
import { rewritten } from './charge-rows.ts'
import { type Corrected, makeCorrections } from './corrections.ts'
import {
  type FareAccounts,
  openFareAccounts,
  type Rerated,
  type RiddenRow,
  ridden,
} from './fare-accounts.ts'
import type { PricedRide, Quote } from './priced-ride.ts'
import { type ChargeRow, type JourneyRow, journeys, marks } from './tables.ts'

/** Corrections of older rides are not made: the scheme's deadline for taps, a parameter (ours). */
const OVERDUE_DAYS = 30
const DAY_MS = 86_400_000
/** Name of the mark that holds the last number of a charge. */
const CHARGES = 'charges'

/** First business day whose rides are corrected at an instant. */
export function correctableSince(at: Instant): Day {
  return businessDay(at - OVERDUE_DAYS * DAY_MS)
}

/** A priced ride with its first charge, or with the charged journey that it is now. */
export interface Priced {
  readonly ride: PricedRide | undefined
  readonly charge: ChargeRow | undefined
  readonly reopens: JourneyRow | undefined
}

/** A charged journey that stands otherwise than it was charged. */
export interface ChangedJourney {
  /** Name of the journey. */
  readonly journey: string
  /** What is known of it now. */
  readonly change: Partial<Pick<JourneyRow, 'state' | 'note'>>
  /** Its last tap: whose account it counts in. */
  readonly last: Tap
  /** Its price now; rides priced by the quote count in their account. */
  readonly price: (quote: Quote) => PricedRide | undefined
}

/**
 * Corrects journeys that were charged and of which more is known now: what gates that stood open,
 * or the rider's word, say of the end that was missing. Later rides of the same accounts are rated
 * again. A journey without charge or price, or too old, stays as it is. Repeatable.
 */
export async function correctJourneys(
  tx: Tx,
  changed: readonly ChangedJourney[],
  options: {
    readonly tariffs: readonly CompiledTariff[]
    readonly operator: string
    readonly at: Instant
  },
): Promise<Corrected> {
  const { operator, tariffs, at } = options
  const correctSince = correctableSince(at)
  const rows = await tx.get(
    journeys,
    changed.map(({ journey }) => ({ id: journey })),
  )
  const open = changed.flatMap(({ change, last, price }, index) => {
    const row = rows[index]
    if (row === undefined || row.charge === 0 || businessDay(last.at) < correctSince) return []
    return [{ last, price, reopens: { ...row, ...change } }]
  })
  const taps = open.map(({ last }) => last)
  // What was counted of such a ride is counted no more: its new price may count in no account.
  const accounts = await openFareAccounts(tx, { operator, tariffs, taps, replaced: taps })
  const all = open.map(({ price, reopens }): Priced => {
    return { ride: price(accounts.price), charge: undefined, reopens }
  })
  const rerated = accounts.rerated()
  const priced = withPrices(all, rerated)
  return correctAll(tx, { accounts, rerated, priced }, { operator, correctSince })
}

/** Corrects what costs otherwise now, and keeps rides with the latest charge of each. */
export async function correctAll(
  tx: Tx,
  {
    accounts,
    rerated,
    priced,
  }: {
    readonly accounts: Pick<FareAccounts, 'fresh' | 'gone'>
    readonly rerated: readonly Rerated[]
    readonly priced: readonly Priced[]
  },
  terms: { readonly operator: string; readonly correctSince: Day },
): Promise<Corrected> {
  const reopened = priced.flatMap(({ ride, reopens }) =>
    ride === undefined || reopens === undefined ? [] : [{ journey: reopens, ride }],
  )
  const number = await lastNumber(tx)
  const corrected = await makeCorrections(tx, { reopened, rerated }, { ...terms, number })
  await putLastNumber(tx, corrected.number)
  const latest = new Map(corrected.corrections.map((row) => [row.trip, row.number]))
  const fresh = new Map(accounts.fresh().map((row) => [row.journey, row]))
  const named = priced.flatMap(({ ride, reopens, charge }): RiddenRow[] => {
    const last = ride?.taps.at(-1)
    const row = last && fresh.get(deliveryId(last))
    const trip = charge?.trip ?? reopens?.id
    if (row === undefined || trip === undefined) return []
    return [{ ...row, trip, charge: latest.get(trip) ?? charge?.number ?? reopens?.charge ?? 0 }]
  })
  const moved = rerated.flatMap(({ row }): RiddenRow[] => {
    const next = latest.get(row.trip)
    return next === undefined ? [] : [{ ...row, charge: next }]
  })
  await tx.remove(ridden, accounts.gone())
  await tx.put(ridden, [...fresh.values(), ...moved, ...named])
  return corrected
}

/** Rides of this run as they cost behind all others of their account, in whatever order priced. */
export function withPrices<Item extends { readonly ride: PricedRide | undefined }>(
  decided: readonly Item[],
  rerated: readonly Rerated[],
): Item[] {
  const prices = new Map(rerated.map((one) => [one.row.journey, one]))
  return decided.map((item) => {
    const { ride } = item
    const last = ride?.taps.at(-1)
    const now = last && prices.get(deliveryId(last))
    if (ride === undefined || now === undefined) return item
    const pricedFen = now.priced.amountFen
    if (pricedFen === ride.pricedFen) return item
    const amountFen = last?.medium === 'card' ? ride.amountFen : pricedFen
    const words = rewritten(ride, now.priced.parts, amountFen - pricedFen)
    return { ...item, ride: { ...ride, pricedFen, amountFen, ...words } }
  })
}

/** Number of the last charge that was made; 0 before the first. */
export async function lastNumber(tx: Tx): Promise<number> {
  const [mark] = await tx.get(marks, [{ name: CHARGES }])
  return mark === undefined ? 0 : Number(mark.value)
}

export async function putLastNumber(tx: Tx, number: number): Promise<void> {
  await tx.put(marks, [{ name: CHARGES, value: String(number) }])
}
