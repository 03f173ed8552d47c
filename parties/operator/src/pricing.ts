import type { AcceptanceContent } from '@unifare/bundle'
import { type CompiledTariff, maximumFare, tariffInForce } from '@unifare/fares'
import { REASONS, type Reason, reasonOf } from '@unifare/tap'
import { explained } from './explained.ts'
import type { Incident } from './incidents.ts'
import { type IncompleteWith, incompleteRide, type StatedEnd } from './incomplete-ride.ts'
import type { Paired } from './pairing.ts'
import {
  NO_TARIFF,
  type PricedRide,
  priced,
  type Quote,
  quoteAlone,
  tariffName,
} from './priced-ride.ts'

export type { PricedRide, Quote } from './priced-ride.ts'

/** What else a price depends on. */
export interface PricingMore {
  /** Each ride by itself unless told otherwise. */
  readonly quote?: Quote
  /** Times in which gates stood open. */
  readonly incidents?: readonly Incident[]
  /** Stations that riders stated, by the delivery of the end that is known. */
  readonly statements?: ReadonlyMap<string, StatedEnd>
}

/**
 * Prices what pairing found. A card pays what it was debited: a difference to the tariff becomes a
 * part of its own and is reported, the debit is never changed. Undefined when nothing is charged,
 * and for a code journey that no tariff prices.
 */
export function priceRide(
  tariffs: readonly CompiledTariff[],
  acceptance: AcceptanceContent,
  paired: Paired,
  { quote = quoteAlone, incidents = [], statements = new Map() }: PricingMore = {},
): PricedRide | undefined {
  const pricing = { tariffs, acceptance, quote, incidents, statements }
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
      return incompleteRide(pricing, paired.entry, 'exit')
    case 'missing-entry':
      return incompleteRide(pricing, paired.exit, 'entry')
    case 'void':
    case 'late-entry':
    case 'late-exit':
      return undefined
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
  pricing: IncompleteWith,
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
