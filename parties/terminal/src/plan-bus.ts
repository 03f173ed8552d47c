import { type CardView, keepsRide, type OpenRide, openRide } from '@unifare/card'
import { entryMinimum, maximumFare } from '@unifare/fares'
import type { EntryReference } from '@unifare/tap'
import { LIMITS, type TerminalConfig } from './config.ts'
import { type Refusal, refuse } from './decision.ts'
import {
  type CardPlan,
  entryOf,
  fareOf,
  isOwn,
  isWithin,
  type Priceable,
  placeOf,
  planOf,
  stepPlace,
} from './plan-context.ts'

/** Record 2702 keeps a stop in one byte. */
const STOP_MAX = 255

/**
 * Boarding a distance bus: a purchase of 0 that opens record 2702 (status 01) with the highest
 * fare from here as its marked amount. A ride that was left open is recovered first, by a purchase
 * of its own; the purse must hold both, or nothing is debited.
 */
export function planBoard(view: CardView, context: Priceable): CardPlan | Refusal {
  const { config, tariff } = context
  const { station } = placeOf(context)
  if (!keepsRide(view, 'bus')) return refuse('card.no-record')
  if (station > STOP_MAX) return refuse('fare.unknown', 'fares.unknown-station')
  const neededFen = entryMinimum(tariff, station)
  const open = openRide(view, 'bus')
  if (open !== null) {
    if (isSameBoarding(open, context)) return refuse('card.on-board')
    return planRecovery(view, context, { open, keepFen: neededFen })
  }
  if (view.balanceFen < neededFen) return refuse('card.insufficient-balance')
  const markedFen = maximumFare(tariff, station)
  const { direction = 'up' } = config
  const step = { do: 'begin', travel: 'bus', markedFen, direction, ...stepPlace(context) } as const
  return planOf(view, context, step, { kind: 'entry', amountFen: 0 })
}

/** Alighting: the fare between the stops, record 2702 status 02. */
export function planAlight(view: CardView, context: Priceable): CardPlan | Refusal {
  const { config, metered, at } = context
  const open = openRide(view, 'bus')
  if (open === null || !isSameBus(open, config)) return refuse('card.no-entry')
  const entry = entryOf(open)
  if (entry === undefined) return refuse('card.no-entry', 'fares.unknown-station')
  const { station } = placeOf(context)
  const distanceM = metered.distanceM ?? metresBetween(config, entry.station, station)
  const exit = { station, at }
  const fare = fareOf(context, { entry, exit, distanceM })
  if (typeof fare !== 'number') return fare
  const step = { do: 'end', travel: 'bus', distanceM, ...stepPlace(context) } as const
  return planOf(view, context, step, {
    kind: 'exit',
    amountFen: fare,
    entry,
    distanceM,
    short: 'card.short-of-fare',
  })
}

/**
 * Takes the marked amount of a ride that nobody ended. Only the operator that marked it, or one
 * with its agreement, may: the debit is settled to whoever makes it.
 */
export function planRecovery(
  view: CardView,
  context: Priceable,
  { open, keepFen }: { readonly open: OpenRide; readonly keepFen: number },
): CardPlan | Refusal {
  const { config } = context
  const mayTake = isOwn(config, open) || config.recoversFor?.includes(open.institution)
  if (mayTake !== true) return refuse('card.open-elsewhere')
  const entry = entryOf(open)
  if (entry === undefined) return refuse('card.open-trip', 'fares.unknown-station')
  if (view.balanceFen < open.markedFen + keepFen) return refuse('card.insufficient-balance')
  return planOf(view, context, recoveryStep(context), recovered(open, entry))
}

/** The records of a marked amount: record 2702 status 02, trip type 08. */
export function recoveryStep(context: Priceable) {
  return { do: 'end', travel: 'bus', corrected: true, ...stepPlace(context) } as const
}

function recovered(open: OpenRide, entry: EntryReference) {
  return {
    kind: 'repair',
    amountFen: open.markedFen,
    entry,
    reason: 'repair.marked',
    distanceM: 0,
    again: true,
  } as const
}

/** A rider who is not sure and taps again is on board already. */
function isSameBoarding(open: OpenRide, { config, at }: Priceable): boolean {
  return isSameBus(open, config) && isWithin(open.time, at, LIMITS.boardingMs)
}

function isSameBus(open: OpenRide, config: TerminalConfig): boolean {
  const { vehicle } = config
  const sameVehicle = open.vehicle === '' || vehicle === '' || open.vehicle === vehicle.slice(0, 8)
  return isOwn(config, open) && open.place?.line === config.line && sameVehicle
}

function metresBetween({ stopsM = [] }: TerminalConfig, from: number, to: number): number {
  const [start, end] = [stopsM[from - 1], stopsM[to - 1]]
  return start === undefined || end === undefined ? 0 : Math.abs(end - start)
}
