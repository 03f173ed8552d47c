import { type CardView, keepsRide, openRide } from '@unifare/card'
import { entryMinimum, maximumFare } from '@unifare/fares'
import { type Refusal, refuse } from './decision.ts'
import {
  type CardPlan,
  entryOf,
  fareOf,
  isOwn,
  type Priceable,
  planOf,
  stepPlace,
} from './plan-context.ts'

/** Rent: a purchase of 0 that opens record 2706 (status 01). */
export function planRent(view: CardView, context: Priceable): CardPlan | Refusal {
  const { config, tariff } = context
  if (!keepsRide(view, 'bicycle')) return refuse('card.no-record')
  const open = openRide(view, 'bicycle')
  if (open !== null) return refuse(isOwn(config, open) ? 'card.open-trip' : 'card.open-elsewhere')
  if (view.balanceFen < entryMinimum(tariff, config.station)) {
    return refuse('card.insufficient-balance')
  }
  const markedFen = maximumFare(tariff, config.station)
  const step = { do: 'begin', travel: 'bicycle', markedFen, ...stepPlace(context) } as const
  return planOf(view, context, step, { kind: 'rent', amountFen: 0 })
}

/** Return: the fare of the time since the rent, record 2706 status 02. */
export function planReturn(view: CardView, context: Priceable): CardPlan | Refusal {
  const { config, at } = context
  const open = openRide(view, 'bicycle')
  const entry = open !== null && isOwn(config, open) ? entryOf(open) : undefined
  if (entry === undefined) return refuse('card.no-entry')
  const durationS = Math.max(0, Math.floor((at - entry.at) / 1000))
  const fare = fareOf(context, { entry, exit: { station: config.station, at }, durationS })
  if (typeof fare !== 'number') return fare
  const step = { do: 'end', travel: 'bicycle', durationS, ...stepPlace(context) } as const
  return planOf(view, context, step, {
    kind: 'return',
    amountFen: fare,
    entry,
    durationS,
    short: 'card.short-of-fare',
  })
}
