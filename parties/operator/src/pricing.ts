import { type AcceptanceContent, acceptanceOf } from '@unifare/bundle'
import type { Fen } from '@unifare/core'
import {
  type CompiledTariff,
  incompleteFare,
  type MissingEnd,
  maximumFare,
  type Priced,
  price,
  type Ride,
  type Tariff,
  tariffInForce,
} from '@unifare/fares'
import { type ChargePart, FLAGS, REASONS, type Reason, reasonOf, type Tap } from '@unifare/tap'
import { explained } from './explained.ts'
import { type Incident, openEnds } from './incidents.ts'
import type { Paired } from './pairing.ts'

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

/** The price of a ride that ended with a tap, in whatever account it counts. */
export type Quote = (compiled: CompiledTariff, ride: Ride, last: Tap) => Priced

/** A ride by itself: no ride before it counts. */
const quoteAlone: Quote = (compiled, ride) => price(compiled, ride)

/** What else a price depends on. */
export interface PricingMore {
  /** Each ride by itself unless told otherwise. */
  readonly quote?: Quote
  /** Times in which gates stood open. */
  readonly incidents?: readonly Incident[]
}

interface Pricing extends Required<PricingMore> {
  readonly tariffs: readonly CompiledTariff[]
  readonly acceptance: AcceptanceContent
}

/** Stands in a charge whose debit no tariff of the operator explains. */
const NO_TARIFF = { id: '', version: 0 } as const

/**
 * Prices what pairing found. A card pays what it was debited: a difference to the tariff becomes a
 * part of its own and is reported, the debit is never changed. Undefined when nothing is charged,
 * and for a code journey that no tariff prices.
 */
export function priceRide(
  tariffs: readonly CompiledTariff[],
  acceptance: AcceptanceContent,
  paired: Paired,
  { quote = quoteAlone, incidents = [] }: PricingMore = {},
): PricedRide | undefined {
  const pricing = { tariffs, acceptance, quote, incidents }
  switch (paired.kind) {
    case 'single':
      return priced(pricing, [paired.tap], paired.tap)
    case 'journey': {
      const { entry, exit } = paired
      return priced(pricing, entry === null ? [exit] : [entry, exit], exit, entry)
    }
    case 'repaired':
      return repaired(pricing, paired)
    case 'missing-exit':
      return incomplete(pricing, paired.entry, 'exit')
    case 'missing-entry':
      return incomplete(pricing, paired.exit, 'entry')
    case 'void':
    case 'late-entry':
    case 'late-exit':
      return undefined
  }
}

function priced(
  { tariffs, acceptance, quote }: Pricing,
  taps: readonly Tap[],
  last: Tap,
  entryTap: Tap | null = null,
): PricedRide | undefined {
  const found = tariffInForce(tariffs, last.mode, last.at)
  const entry = entryOf(last, entryTap)
  const result = found && quote(found, rideOf(acceptance, last, entry), last)
  const fare = result?.ok === true ? result : undefined
  if (fare === undefined && last.medium === 'code') return undefined
  const debitedFen = taps.reduce((sum, tap) => sum + tap.amountFen, 0)
  const pricedFen = fare?.amountFen ?? 0
  const amountFen = last.medium === 'card' ? debitedFen : pricedFen
  return {
    taps,
    amountFen,
    pricedFen,
    ...explained(fare?.parts ?? [], amountFen - pricedFen),
    tariff: found === undefined ? NO_TARIFF : tariffName(found.tariff),
    distanceM: fare?.distanceM ?? last.distanceM,
    from: entry?.station ?? last.station,
    to: last.station,
  }
}

/** Where the journey began: a card is priced by what it keeps itself, as its terminal did. */
function entryOf(
  last: Tap,
  entryTap: Tap | null,
): { readonly station: number; readonly at: number } | null {
  if (last.medium === 'card' && last.entry !== null) return last.entry
  return entryTap
}

/**
 * One end of a journey by code: the fare from or to a station whose gates stood open, else the
 * tariff's rule for it, else its maximum. A card keeps its open trip itself and settles it at the
 * next gate or counter; only what it was debited is asked for.
 */
function incomplete(pricing: Pricing, tap: Tap, missing: MissingEnd): PricedRide | undefined {
  const { tariffs, acceptance } = pricing
  if (tap.medium === 'card') {
    // One end is no ride that later ones could build on.
    return tap.amountFen > 0 ? priced({ ...pricing, quote: quoteAlone }, [tap], tap) : undefined
  }
  const completed = completedByIncident(pricing, tap, missing)
  if (completed !== undefined) return completed
  const found = tariffInForce(tariffs, tap.mode, tap.at)
  if (found === undefined) return undefined
  const { station } = tap
  const part = incompleteFare(found, {
    ride: rideOf(acceptance, tap, null),
    missing,
    station,
  }) ?? {
    rule: 'incomplete.maximum',
    amountFen: maximumFare(found, station),
    textZh: '行程不完整：按最高票价收取',
    textEn: 'incomplete journey: maximum fare',
  }
  const { amountFen } = part
  return {
    taps: [tap],
    amountFen,
    pricedFen: amountFen,
    ...explained([part], 0),
    tariff: tariffName(found.tariff),
    distanceM: 0,
    from: tap.station,
    to: tap.station,
  }
}

/** The journey from or to a station whose gates stood open: the cheapest that is possible. */
function completedByIncident(
  pricing: Pricing,
  tap: Tap,
  missing: MissingEnd,
): PricedRide | undefined {
  const rides = openEnds(pricing.incidents, tap, missing).flatMap((end) => {
    const [entry, last] = missing === 'exit' ? [tap, { ...tap, ...end }] : [{ ...tap, ...end }, tap]
    return priced({ ...pricing, quote: quoteAlone }, [tap], last, entry) ?? []
  })
  const [cheapest] = rides.toSorted((a, b) => a.amountFen - b.amountFen)
  if (cheapest === undefined) return undefined
  const note = {
    rule: 'incident.gates-open',
    amountFen: 0,
    zh: '闸机应急放行：按放行车站计价',
    en: 'gates stood open: priced from or to that station',
  }
  const { rule, amountFen } = note
  return {
    ...cheapest,
    parts: [...cheapest.parts, { rule, amountFen }],
    explanation: [...cheapest.explanation, note],
  }
}

/** Reasons of repairs that take the highest fare from where the ride began. */
const MAXIMUM_REPAIRS: Readonly<Partial<Record<Reason, true>>> = {
  'repair.marked': true,
  'repair.maximum': true,
}

/**
 * A repair by card: the fare to the stated station at the stated time, or the highest fare under
 * the tariff of the boarding. What was paid in cash or waived is no charge.
 */
function repaired(
  pricing: Pricing,
  { entry: entryTap, exit }: Extract<Paired, { kind: 'repaired' }>,
): PricedRide | undefined {
  const { entry, amountFen } = exit
  if (amountFen === 0 || entry === null) return undefined
  const taps = entryTap === null ? [exit] : [entryTap, exit]
  const reason = reasonOf(exit.reason)
  if (reason === undefined || MAXIMUM_REPAIRS[reason] === undefined) {
    const ended = { ...exit, at: entry.at + exit.durationS * 1000 }
    const ride = priced(pricing, [ended], ended)
    return ride && { ...ride, taps }
  }
  const found = tariffInForce(pricing.tariffs, exit.mode, entry.at)
  const pricedFen = found === undefined ? 0 : maximumFare(found, entry.station)
  const { zh: textZh, en: textEn } = REASONS[reason]
  const parts = pricedFen === 0 ? [] : [{ rule: reason, amountFen: pricedFen, textZh, textEn }]
  return {
    taps,
    amountFen,
    pricedFen,
    ...explained(parts, amountFen - pricedFen),
    tariff: found === undefined ? NO_TARIFF : tariffName(found.tariff),
    distanceM: 0,
    from: entry.station,
    to: exit.station,
  }
}

function tariffName({ id, version }: Tariff): PricedRide['tariff'] {
  return { id, version }
}

function rideOf(
  acceptance: AcceptanceContent,
  last: Tap,
  entry: { readonly station: number; readonly at: number } | null,
): Ride {
  const { medium, issuer, mode, operator } = last
  const row = acceptanceOf(
    acceptance,
    { operator, mode, medium: medium === 'card' ? 'card' : 'code', issuer },
    last.at,
  )
  return {
    mode,
    line: last.line,
    at: last.at,
    ...(last.distanceM > 0 ? { distanceM: last.distanceM } : {}),
    ...((last.flags & FLAGS.keyed) === 0 ? {} : { meterFen: last.amountFen }),
    ...(last.durationS > 0 ? { durationS: last.durationS } : {}),
    medium: medium === 'card' ? 'card' : 'code',
    riderClass: 'adult',
    issuer: { institution: issuer, division: row?.division ?? '' },
    ...(entry === null
      ? {}
      : {
          entry: { station: entry.station, at: entry.at },
          exit: { station: last.station, at: last.at },
        }),
  }
}
