import { type CardView, keepsRide, openRide, type RideStep } from '@unifare/card'
import type { Fen } from '@unifare/core'
import { entryMinimum, maximumFare } from '@unifare/fares'
import type { EntryReference, Reason } from '@unifare/tap'
import { type Refusal, refuse } from './decision.ts'
import type { RepairOrder, RepairPayment } from './metered.ts'
import { planRecovery, recoveryStep } from './plan-bus.ts'
import {
  type CardPlan,
  entryOf,
  fareOf,
  isOwn,
  type Priceable,
  placeOf,
  planOf,
  stepPlace,
} from './plan-context.ts'

type Order<F extends RepairOrder['fix']> = Extract<RepairOrder, { fix: F }>

const REASON_OF_PAYMENT = {
  card: null,
  cash: 'repair.cash',
  waived: 'repair.waived',
} as const satisfies Record<RepairPayment, Reason | null>

/** Counter (补票): mends the ride on a card as its order says; trip type 08 in every case. */
export function planRepair(view: CardView, context: Priceable): CardPlan | Refusal {
  const order = context.metered.repair
  if (order === undefined) return refuse('card.nothing-to-repair', 'terminal.no-order')
  switch (order.fix) {
    case 'entry':
      return repairEntry(view, context, order)
    case 'exit':
      return repairExit(view, context, order)
    case 'bus':
      return repairBus(view, context, order)
  }
}

/** Record 2701 status 03: the rider leaves through any gate then. */
function repairEntry(
  view: CardView,
  context: Priceable,
  { line, station }: Order<'entry'>,
): CardPlan | Refusal {
  const { tariff } = context
  if (!keepsRide(view, 'rail')) return refuse('card.no-record')
  const open = openRide(view, 'rail')
  if (open !== null) {
    return refuse(isOwn(context.config, open) ? 'card.nothing-to-repair' : 'card.open-elsewhere')
  }
  if (view.balanceFen < entryMinimum(tariff, station)) return refuse('card.insufficient-balance')
  const { industry } = stepPlace(context)
  const place = { ...placeOf(context), line, station }
  const markedFen = maximumFare(tariff, station)
  const step = { do: 'begin', travel: 'rail', corrected: true, markedFen, industry, place } as const
  return planOf(view, context, step, { kind: 'repair', amountFen: 0 })
}

/** Record 2701 status 04: the fare to the stated station, or the highest one. */
function repairExit(view: CardView, context: Priceable, order: Order<'exit'>): CardPlan | Refusal {
  const { config, at } = context
  const open = openRide(view, 'rail')
  if (open === null) return refuse('card.nothing-to-repair')
  if (!isOwn(config, open)) return refuse('card.open-elsewhere')
  const entry = entryOf(open)
  if (entry === undefined) return refuse('card.open-trip', 'fares.unknown-station')
  const { payment = 'card', leftAt = at } = order
  if (leftAt < entry.at || leftAt > at) return refuse('fare.unknown', 'fares.exit-before-entry')
  const fare = repairFare(context, { entry, station: order.station, leftAt })
  if (typeof fare !== 'number') return fare
  const stated = order.station === null ? ('repair.maximum' as const) : null
  const place = { ...placeOf(context), station: order.station ?? config.station }
  const { industry } = stepPlace(context)
  const step = { do: 'end', travel: 'rail', corrected: true, industry, place } as const
  return planOf(view, context, step, {
    ...paid(fare, payment),
    entry,
    durationS: Math.floor((leftAt - entry.at) / 1000),
    reason: REASON_OF_PAYMENT[payment] ?? stated,
  })
}

function repairFare(
  context: Priceable,
  left: {
    readonly entry: EntryReference
    readonly station: number | null
    readonly leftAt: number
  },
): Fen | Refusal {
  const { entry, station, leftAt } = left
  if (station === null) return maximumFare(context.tariff, entry.station)
  return fareOf(context, { entry, exit: { station, at: leftAt } })
}

/** The marked amount of a bus ride that nobody ended, without a new boarding. */
function repairBus(
  view: CardView,
  context: Priceable,
  { payment = 'card' }: Order<'bus'>,
): CardPlan | Refusal {
  const open = openRide(view, 'bus')
  if (open === null) return refuse('card.nothing-to-repair')
  if (payment === 'card') {
    const plan = planRecovery(view, context, { open, keepFen: 0 })
    return 'refused' in plan ? plan : { ...plan, again: false }
  }
  const entry = isOwn(context.config, open) ? entryOf(open) : undefined
  if (entry === undefined) return refuse('card.open-elsewhere')
  const step: RideStep = recoveryStep(context)
  const reason = REASON_OF_PAYMENT[payment]
  return planOf(view, context, step, { ...paid(0, payment), entry, reason, distanceM: 0 })
}

/** What the card pays: all of it, or nothing where somebody else does. */
function paid(fareFen: Fen, payment: RepairPayment) {
  return {
    kind: 'repair',
    amountFen: payment === 'card' ? fareFen : 0,
    short: 'card.short-of-fare',
  } as const
}
