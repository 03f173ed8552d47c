import { type CardView, keepsRide, type OpenRide, openRide } from '@unifare/card'
import { shanghaiDigits } from '@unifare/core'
import { entryMinimum, maximumFare } from '@unifare/fares'
import { LIMITS } from './config.ts'
import { type Refusal, refuse } from './decision.ts'
import { priceWithMonth } from './month-account.ts'
import {
  type CardPlan,
  entryOf,
  isOwn,
  isWithin,
  type Priceable,
  planOf,
  stepPlace,
} from './plan-context.ts'

/**
 * Entry: a purchase of 0 that opens record 2701 (status 01). Goes on with the same trip behind an
 * interchange gate. The purse must hold what the tariff states.
 */
export function planEntry(view: CardView, context: Priceable): CardPlan | Refusal {
  const { config, tariff } = context
  if (!keepsRide(view, 'rail')) return refuse('card.no-record')
  const open = openRide(view, 'rail')
  if (open?.transfer && mayContinue(open, open.transfer, context)) {
    return planMoved(view, context, 'continue')
  }
  if (open !== null && !isOwn(config, open)) return refuse('card.open-elsewhere')
  if (open !== null && !mayReenter(open, context)) return refuse('card.open-trip')
  if (view.balanceFen < entryMinimum(tariff, config.station)) {
    return refuse('card.insufficient-balance')
  }
  const markedFen = maximumFare(tariff, config.station)
  const step = { do: 'begin', travel: 'rail', markedFen, ...stepPlace(context) } as const
  return planOf(view, context, step, { kind: 'entry', amountFen: 0 })
}

/**
 * Exit: the fare from the entry on the card, with the month that the card keeps; record 2701
 * status 02.
 */
export function planExit(view: CardView, context: Priceable): CardPlan | Refusal {
  const open = openRide(view, 'rail')
  if (open === null) return refuse('card.no-entry')
  const entry = isOwn(context.config, open) ? entryOf(open) : undefined
  if (entry === undefined) return refuse('card.no-entry', 'fares.unknown-station')
  const exit = { station: context.config.station, at: context.at }
  const fare = priceWithMonth(view, context, { entry, exit })
  if ('refused' in fare) return fare
  const { amountFen, ...kept } = fare
  const step = { do: 'end', travel: 'rail', ...kept, ...stepPlace(context) } as const
  return planOf(view, context, step, {
    kind: 'exit',
    amountFen,
    entry,
    short: 'card.short-of-fare',
  })
}

/**
 * Interchange gate: out of the paid area of one line and into that of the next. The trip stays
 * open, record 2701 notes place and time, nothing is debited; the next entry gate goes on with it.
 */
export function planTransfer(view: CardView, context: Priceable): CardPlan | Refusal {
  const open = openRide(view, 'rail')
  if (open === null || !isOwn(context.config, open)) return refuse('card.no-entry')
  if (open.transfer !== null) return refuse('card.open-trip')
  return planMoved(view, context, 'leave')
}

function planMoved(
  view: CardView,
  context: Priceable,
  does: 'leave' | 'continue',
): CardPlan | Refusal {
  const open = openRide(view, 'rail')
  const entry = open === null ? undefined : entryOf(open)
  if (entry === undefined) return refuse('card.open-trip', 'fares.unknown-station')
  const step = { do: does, ...stepPlace(context) }
  return planOf(view, context, step, { kind: 'transfer', amountFen: 0, entry })
}

/** In time, and at the same station or one that the network joins to it over the street. */
function mayContinue(
  open: OpenRide,
  left: NonNullable<OpenRide['transfer']>,
  { config, tariff, at }: Priceable,
): boolean {
  const { station } = config
  const joined = tariff.network?.virtualTransfers.some(
    ({ from, to }) =>
      (from === left.station && to === station) || (to === left.station && from === station),
  )
  const near = left.station === station || joined === true
  return isOwn(config, open) && near && isWithin(left.time, at, LIMITS.transferMs)
}

/** The open trip began at this very gate some minutes ago, and nobody passed: the rider stands outside. */
function mayReenter(open: OpenRide, { config, at, timedOutEntryAt }: Priceable): boolean {
  return (
    timedOutEntryAt !== undefined &&
    at - timedOutEntryAt <= LIMITS.reentryMs &&
    open.time === shanghaiDigits(timedOutEntryAt) &&
    open.terminal === config.terminal
  )
}
