import type { Instant } from '@unifare/core'
import {
  CHARGE_NOTES,
  incompleteFare,
  incompleteRule,
  type MissingEnd,
  maximumFare,
  price,
  settleUntil,
  tariffInForce,
  withoutDiscounts,
} from '@unifare/fares'
import { deliveryId, type Tap } from '@unifare/tap'
import { explained } from './explained.ts'
import { type Incident, openEnds } from './incidents.ts'
import type { Paired } from './pairing.ts'
import {
  type PricedRide,
  type PricedWith,
  priced,
  type Quote,
  quoteAlone,
  tariffName,
  withNote,
} from './priced-ride.ts'
import { rideOf } from './ride-of.ts'

/** The station that a rider named for the end that no tap tells. */
export interface StatedEnd {
  readonly line: number
  readonly station: number
  readonly statedAt: Instant
}

/** What a journey with one end is priced with. */
export interface IncompleteWith extends PricedWith {
  /** Times in which gates stood open. */
  readonly incidents: readonly Incident[]
  /** Stations that riders stated, by the delivery of the end that is known. */
  readonly statements: ReadonlyMap<string, StatedEnd>
}

/**
 * One end of a journey by code: the fare to the station that its rider named, or whose gates stood
 * open, else the tariff's rule for it, else its maximum. A card keeps its open trip itself and
 * settles it at the next gate or counter; only what it was debited is asked for.
 */
export function incompleteRide(
  pricing: IncompleteWith,
  tap: Tap,
  missing: MissingEnd,
): PricedRide | undefined {
  const { tariffs, acceptance } = pricing
  if (tap.medium === 'card') {
    // One end is no ride that later ones could build on.
    return tap.amountFen > 0 ? priced({ ...pricing, quote: quoteAlone }, [tap], tap) : undefined
  }
  const completed =
    completedByStatement(pricing, tap, missing) ?? completedByIncident(pricing, tap, missing)
  if (completed !== undefined) return completed
  const found = tariffInForce(tariffs, tap.mode, tap.at)
  if (found === undefined) return undefined
  const { station } = tap
  const { ride } = rideOf(found, acceptance, { last: tap, entry: null })
  const part = incompleteFare(found, { ride, missing, station }) ?? {
    rule: 'incomplete.maximum',
    amountFen: maximumFare(found, station),
    textZh: CHARGE_NOTES['incomplete.maximum'].zh,
    textEn: CHARGE_NOTES['incomplete.maximum'].en,
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

/**
 * Whether a journey with one end still waits for the other one: within the days that its city gives,
 * unless it is complete in another way.
 */
export function stillWaits(
  pricing: Omit<IncompleteWith, 'quote'>,
  paired: Paired,
  giveUpBefore: Instant,
): boolean {
  if (paired.kind !== 'missing-exit' && paired.kind !== 'missing-entry') return false
  const { tariffs, acceptance, incidents, statements } = pricing
  const missing = paired.kind === 'missing-exit' ? 'exit' : 'entry'
  const tap = 'entry' in paired ? paired.entry : paired.exit
  const known = statements.has(deliveryId(tap)) || openEnds(incidents, tap, missing).length > 0
  const found = tariffInForce(tariffs, tap.mode, tap.at)
  if (tap.medium !== 'code' || known || found === undefined) return false
  const { ride } = rideOf(found, acceptance, { last: tap, entry: null })
  const rule = incompleteRule(found, { ride, missing, station: tap.station })
  return rule !== undefined && settleUntil(rule, tap.at) >= giveUpBefore
}

/** The ride between a tap and the other end that it did not see. */
function between(
  pricing: PricedWith,
  tap: Tap,
  missing: MissingEnd,
  end: { readonly station: number; readonly line?: number; readonly at: Instant },
): PricedRide | undefined {
  const other = { ...tap, ...end }
  return missing === 'exit'
    ? priced(pricing, [tap], other, tap)
    : priced(pricing, [tap], tap, other)
}

/** The journey from or to the station that its rider stated; the statement stands as its evidence. */
function completedByStatement(
  pricing: IncompleteWith,
  tap: Tap,
  missing: MissingEnd,
): PricedRide | undefined {
  const stated = pricing.statements.get(deliveryId(tap))
  const found = tariffInForce(pricing.tariffs, tap.mode, tap.at)
  if (stated === undefined || found === undefined) return undefined
  const { station, line, statedAt } = stated
  const { ride } = rideOf(found, pricing.acceptance, { last: tap, entry: null })
  const rule = incompleteRule(found, { ride, missing, station: tap.station })
  const inFull: Quote = (compiled, asked) => price(withoutDiscounts(compiled), asked)
  const quote = rule?.statement?.discounts === false ? inFull : pricing.quote
  const completed = between({ ...pricing, quote }, tap, missing, { station, line, at: tap.at })
  const named = found.network?.stations.find(({ id }) => id === station)
  const when = new Date(statedAt).toISOString()
  return (
    completed &&
    withNote(completed, {
      rule: 'statement.station',
      zh: `乘客补登${missing === 'exit' ? '下车' : '上车'}站：${named?.nameZh ?? station}（${when}）`,
      en: `the rider stated the ${missing}: ${named?.nameEn ?? station} (${when})`,
    })
  )
}

/** The journey from or to a station whose gates stood open: the cheapest that is possible. */
function completedByIncident(
  pricing: IncompleteWith,
  tap: Tap,
  missing: MissingEnd,
): PricedRide | undefined {
  const ends = openEnds(pricing.incidents, tap, missing).flatMap((end) => {
    const ride = between({ ...pricing, quote: quoteAlone }, tap, missing, end)
    return ride === undefined ? [] : [{ end, amountFen: ride.amountFen }]
  })
  const [cheapest] = ends.toSorted((a, b) => a.amountFen - b.amountFen)
  // Only the chosen one counts in the rider's account.
  const completed = cheapest && between(pricing, tap, missing, cheapest.end)
  return (
    completed &&
    withNote(completed, { rule: 'incident.gates-open', ...CHARGE_NOTES['incident.gates-open'] })
  )
}
