import type { AcceptanceContent } from '@unifare/bundle'
import type { Fen } from '@unifare/core'
import {
  type CompiledTariff,
  type Priced,
  price,
  type Ride,
  type Tariff,
  tariffInForce,
} from '@unifare/fares'
import type { ChargePart, Tap } from '@unifare/tap'
import { explained } from './explained.ts'
import { rideOf } from './ride-of.ts'

/** A ride with its price: what is asked, step by step. */
export interface PricedRide {
  readonly taps: readonly Tap[]
  readonly amountFen: Fen
  /** What the tariff says; differs from the amount only where a card terminal debited otherwise. */
  readonly pricedFen: Fen
  readonly parts: readonly ChargePart[]
  readonly explanation: readonly {
    readonly rule: string
    readonly amountFen: Fen
    readonly zh: string
    readonly en: string
  }[]
  readonly tariff: { readonly id: string; readonly version: number }
  readonly distanceM: number
  readonly from: number
  readonly to: number
}

/** A step of a price that moves no money: why it is priced so, in words for people. */
export interface PriceNote {
  readonly rule: string
  readonly zh: string
  readonly en: string
}

/** The price of a ride that ended with a tap, in whatever account it counts. */
export type Quote = (compiled: CompiledTariff, ride: Ride, last: Tap) => Priced

/** A ride by itself: no ride before it counts. */
export const quoteAlone: Quote = (compiled, ride) => price(compiled, ride)

/** What a ride is priced with. */
export interface PricedWith {
  readonly tariffs: readonly CompiledTariff[]
  readonly acceptance: AcceptanceContent
  readonly quote: Quote
}

/** Stands in a charge whose debit no tariff of the operator explains. */
export const NO_TARIFF = { id: '', version: 0 } as const

/**
 * The price of a ride that ended with a tap. A card pays what it was debited, whatever the tariff
 * says; undefined for a code that no tariff prices.
 */
export function priced(
  { tariffs, acceptance, quote }: PricedWith,
  taps: readonly Tap[],
  last: Tap,
  entryTap: Tap | null = null,
): PricedRide | undefined {
  const found = tariffInForce(tariffs, last.mode, last.at)
  const entry = entryOf(last, entryTap)
  const asked = found && rideOf(found, acceptance, { last, entry })
  const result = found && asked && quote(found, asked.ride, last)
  const fare = result?.ok === true ? result : undefined
  if (fare === undefined && last.medium === 'code') return undefined
  const debitedFen = taps.reduce((sum, tap) => sum + tap.amountFen, 0)
  const pricedFen = fare?.amountFen ?? 0
  const amountFen = last.medium === 'card' ? debitedFen : pricedFen
  const ride = {
    taps,
    amountFen,
    pricedFen,
    ...explained(fare?.parts ?? [], amountFen - pricedFen),
    tariff: found === undefined ? NO_TARIFF : tariffName(found.tariff),
    distanceM: fare?.distanceM ?? last.distanceM,
    from: entry?.station ?? last.station,
    to: last.station,
  }
  return asked?.note === undefined || fare === undefined ? ride : withNote(ride, asked.note)
}

/** Where the journey began: a card is priced by what it keeps itself, as its terminal did. */
function entryOf(
  last: Tap,
  entryTap: Tap | null,
): { readonly station: number; readonly at: number } | null {
  if (last.medium === 'card' && last.entry !== null) return last.entry
  return entryTap
}

/** The same price with a reason behind its steps. */
export function withNote(ride: PricedRide, { rule, zh, en }: PriceNote): PricedRide {
  return {
    ...ride,
    parts: [...ride.parts, { rule, amountFen: 0 }],
    explanation: [...ride.explanation, { rule, amountFen: 0, zh, en }],
  }
}

export function tariffName({ id, version }: Tariff): PricedRide['tariff'] {
  return { id, version }
}
