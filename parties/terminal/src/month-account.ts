import { type CardView, type RailAccount, readRailAccount, takesRailAccount } from '@unifare/card'
import type { Fen } from '@unifare/core'
import { type FareAccount, NEW_ACCOUNT, priceNext } from '@unifare/fares'
import type { Refusal } from './decision.ts'
import { type Priceable, type RideFacts, rideOf, unpriced } from './plan-context.ts'

/** Room for trips on the card. */
const TRIPS_MAX = 0xffff

/** The fare of an exit, and what record 2701 keeps of the month behind it. */
export interface MonthPrice {
  readonly amountFen: Fen
  readonly account?: RailAccount
}

/**
 * The exact fare with the month-to-date that the card keeps for this operator. The place on the
 * card belongs for a month to whoever counts in it first. A card without room, or with another
 * acceptor's bytes there, pays without monthly steps; the operator, who knows the month from its
 * own records, refunds the difference.
 */
export function priceWithMonth(
  view: CardView,
  context: Priceable,
  facts: RideFacts,
): MonthPrice | Refusal {
  const { tariff, config } = context
  const rail = tariff.accumulation.length > 0 && view.scheme === 'mot' ? view.rail : null
  const held = rail && readRailAccount(rail)
  const own = held?.operator === config.operator
  const before = held !== null && own ? opened(held) : NEW_ACCOUNT
  const { priced, account } = priceNext(tariff, before, rideOf(context, facts))
  if (!priced.ok) return unpriced(priced.code)
  const { amountFen } = priced
  const kept = closed(account, config.operator)
  const counted =
    kept.trips > 0 && (kept.trips !== before.monthToDate.trips || before.month !== account.month)
  const free = held === null || own || held.month !== kept.month
  return counted && free && rail !== null && takesRailAccount(rail)
    ? { amountFen, account: kept }
    : { amountFen }
}

function opened({ month, trips, paidFen, baseFen }: RailAccount): FareAccount {
  return {
    ...NEW_ACCOUNT,
    month: `${month.slice(0, 4)}-${month.slice(4)}`,
    monthToDate: { trips, paidFen, baseFen },
  }
}

function closed({ month, monthToDate }: FareAccount, operator: string): RailAccount {
  const { trips, paidFen, baseFen } = monthToDate
  return {
    operator,
    month: month.replace('-', ''),
    trips: Math.min(TRIPS_MAX, trips),
    paidFen,
    baseFen,
  }
}
