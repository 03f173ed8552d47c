import type { CardRecord } from '../evidence/pending.ts'
import { SFI } from '../files/card-files.ts'
import {
  COMPOSITE_ID,
  type Direction,
  type Rail2701,
  railLayout,
} from '../files/composite-records.ts'
import type { RailAccount } from '../files/rail-account.ts'
import { busAlighting2702, busBoarding2702 } from '../files/travel-bus.ts'
import { ferryRide2703, rentRecord, returnRecord, taxiRide2704 } from '../files/travel-own.ts'
import {
  headInUse,
  institutionField,
  stationField,
  terminalField,
  type VehiclePlace,
} from '../files/travel-place.ts'
import {
  railEntry2701,
  railExit2701,
  railRepairEntry2701,
  railRepairExit2701,
  tripRecord1E,
} from '../files/travel-records.ts'
import type { Industry, TripType } from '../files/trip-log.ts'
import type { CardView } from './card-view.ts'
import { cityRideRecords } from './city-ride-records.ts'
import type { Travel } from './open-ride.ts'
import type { PurchaseContext } from './purchase-flow.ts'

/** What every step tells: where, and as which industry the trip log names it. */
interface Step {
  readonly industry: Industry
  readonly place: VehiclePlace
}

/** What a purchase writes besides the money. */
export type RideStep = Step &
  (
    | { readonly do: 'single'; readonly distanceM: number }
    /** Entry, boarding, rent; `corrected` by the counter. */
    | {
        readonly do: 'begin'
        readonly travel: Travel
        readonly corrected?: boolean
        /** What the ride costs when it is never ended. */
        readonly markedFen: number
        readonly direction?: Direction
      }
    /** Exit, alighting, return; `corrected` by the counter, or a marked amount that is recovered. */
    | {
        readonly do: 'end'
        readonly travel: Travel
        readonly corrected?: boolean
        readonly distanceM?: number
        readonly durationS?: number
        /** The rider's month with the operator, on record 2701. */
        readonly account?: RailAccount
      }
    /** Out through an interchange gate: the trip stays open. */
    | { readonly do: 'leave' }
    /** In again behind an interchange gate: the same trip goes on. */
    | { readonly do: 'continue' }
  )

/** Metres of one unit of the mileage in record 2702. OURS. */
const MILEAGE_M = 100
const MILEAGE_MAX = 0xffff

/**
 * The records of a step, in the order in which UPDATE CAPP DATA CACHE takes them: the travel
 * record of EF 1A first, then the trip log 1E; on a city-union purse its one record, and none for a
 * ride of one tap: that is a plain purchase. A card without record 2703 or 2704 gets the trip log
 * alone.
 */
export function rideRecords(
  view: CardView,
  step: RideStep,
): (context: PurchaseContext) => readonly CardRecord[] {
  return (context) => {
    if (view.scheme === 'mohurd') return cityRideRecords(view, step, context)
    const travel = travelRecord(view, step, context)
    const trip = tripRecord1E(context, { ...step, ...tripWords(step) })
    return travel ? [travel, trip] : [trip]
  }
}

function tripWords(step: RideStep): { readonly type: TripType; readonly maxFareFen?: number } {
  switch (step.do) {
    case 'single':
      return { type: 'single' }
    case 'begin':
      return { type: step.corrected ? 'repair' : 'entry', maxFareFen: step.markedFen }
    case 'end':
      return { type: step.corrected ? 'repair' : 'exit' }
    case 'leave':
      return { type: 'exit' }
    case 'continue':
      return { type: 'entry' }
  }
}

function travelRecord(
  view: CardView,
  step: RideStep,
  context: PurchaseContext,
): CardRecord | undefined {
  const { place } = step
  switch (step.do) {
    case 'single':
      if (step.industry === 'ferry' && view.raw.water) return ferryRide2703(context, { place })
      if (step.industry === 'taxi' && view.raw.taxi) {
        return taxiRide2704(context, { place, startedAt: null, distanceM: step.distanceM })
      }
      return undefined
    case 'begin':
      return begun(view, step, context)
    case 'end':
      return ended(view, step, context)
    case 'leave':
      return view.rail
        ? railMoved(context, view.rail, {
            exitCity: place.city,
            exitInstitution: institutionField(place),
            exitStation: stationField(place),
            exitTerminal: terminalField(context.terminal),
            exitTime: context.date + context.time,
            exitLine: place.line & 0xff,
          })
        : undefined
    case 'continue':
      return view.rail ? railMoved(context, view.rail, NOT_LEFT) : undefined
  }
}

function begun(
  view: CardView,
  step: Extract<RideStep, { do: 'begin' }>,
  context: PurchaseContext,
): CardRecord {
  const { place, markedFen } = step
  switch (step.travel) {
    case 'rail': {
      const write = step.corrected ? railRepairEntry2701 : railEntry2701
      return write(context, { previous: view.rail, place, maxFareFen: markedFen })
    }
    case 'bus': {
      const { direction = 'up' } = step
      return busBoarding2702(context, { previous: view.bus, place, markedFen, direction })
    }
    case 'bicycle':
      return rentRecord(context, { hire: 'bicycle', place, maxFareFen: markedFen })
  }
}

function ended(
  { rail, bus, bicycle }: CardView,
  step: Extract<RideStep, { do: 'end' }>,
  context: PurchaseContext,
): CardRecord | undefined {
  const { place, travel, distanceM = 0, durationS = 0, account } = step
  switch (travel) {
    case 'rail': {
      const write = step.corrected ? railRepairExit2701 : railExit2701
      const kept = account === undefined ? {} : { account }
      return rail ? write(context, { entry: rail, place, ...kept }) : undefined
    }
    case 'bus': {
      const mileage = Math.min(MILEAGE_MAX, Math.round(distanceM / MILEAGE_M))
      return bus ? busAlighting2702(context, { boarding: bus, place, mileage }) : undefined
    }
    case 'bicycle':
      return bicycle
        ? returnRecord(context, { hire: 'bicycle', rent: bicycle, place, durationS })
        : undefined
  }
}

const NOT_LEFT = {
  exitCity: '0000',
  exitInstitution: '0'.repeat(16),
  exitStation: '0'.repeat(16),
  exitTerminal: '0'.repeat(16),
  exitTime: '0'.repeat(14),
  exitLine: 0,
} as const satisfies Partial<Rail2701>

/** Record 2701 of a trip that stays open: only the place where it was left changes. OURS. */
function railMoved(
  context: PurchaseContext,
  rail: Rail2701,
  change: Partial<Rail2701>,
): CardRecord {
  const head = headInUse(COMPOSITE_ID.rail, context)
  const bytes = railLayout.encode({ ...rail, ...head, ...change })
  return { sfi: SFI.composite, id: COMPOSITE_ID.rail & 0xff, bytes }
}
