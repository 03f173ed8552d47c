import { type Instant, shanghaiDigits } from '@unifare/core'
import type { CardRecord } from '../evidence/pending.ts'
import type { PurchaseContext } from '../reader/purchase-flow.ts'
import { SFI } from './card-files.ts'
import { COMPOSITE_ID } from './composite-records.ts'
import {
  type Bicycle2706,
  bicycleLayout,
  ferryLayout,
  OWN_STATUS,
  type Rental2705,
  rentalLayout,
  taxiLayout,
} from './own-records.ts'
import {
  headInUse,
  institutionField,
  stationField,
  type TravelPlace,
  terminalField,
  type VehiclePlace,
  vehicleField,
} from './travel-place.ts'

/** Record 2703 of a ferry ride: one tap, ended at once. */
export function ferryRide2703(
  context: PurchaseContext,
  ride: { readonly place: VehiclePlace },
): CardRecord {
  const { place } = ride
  const bytes = ferryLayout.encode({
    ...headInUse(COMPOSITE_ID.water, context),
    status: OWN_STATUS.ended,
    ...acceptor(place),
    line: place.line,
    pier: place.station,
    vessel: vehicleField(place),
    ...paid(context),
  })
  return { sfi: SFI.composite, id: COMPOSITE_ID.water & 0xff, bytes }
}

/** Record 2704 of a taxi ride, written when the amount is paid. */
export function taxiRide2704(
  context: PurchaseContext,
  ride: {
    readonly place: VehiclePlace
    /** When the meter was switched on; null when it does not tell. */
    readonly startedAt: Instant | null
    /** Metres of the meter, 0 when it does not tell. */
    readonly distanceM: number
  },
): CardRecord {
  const { place, startedAt, distanceM } = ride
  const bytes = taxiLayout.encode({
    ...headInUse(COMPOSITE_ID.taxi, context),
    status: OWN_STATUS.ended,
    ...acceptor(place),
    vehicle: vehicleField(place),
    startTime: startedAt === null ? '0'.repeat(14) : shanghaiDigits(startedAt),
    distanceM,
    ...paid(context),
  })
  return { sfi: SFI.composite, id: COMPOSITE_ID.taxi & 0xff, bytes }
}

/** What can be hired: record 2705 or 2706. */
export type Hire = 'rental' | 'bicycle'

const HIRE_LAYOUT = { rental: rentalLayout, bicycle: bicycleLayout } as const

/** Record 2705 or 2706 when something is rented: status 01, the return before is cleared. */
export function rentRecord(
  context: PurchaseContext,
  rent: {
    readonly hire: Hire
    readonly place: TravelPlace
    /** Number of the bicycle or vehicle, at most 8 letters and digits. */
    readonly vehicle?: string
    /** What the hire costs when nothing is returned. */
    readonly maxFareFen: number
  },
): CardRecord {
  const { hire, place, maxFareFen } = rent
  return hireRecord(hire, {
    ...headInUse(COMPOSITE_ID[hire], context),
    status: OWN_STATUS.begun,
    rentCity: place.city,
    rentInstitution: institutionField(place),
    rentStation: stationField(place),
    rentTerminal: terminalField(context.terminal),
    rentTime: context.date + context.time,
    maxFareFen,
    vehicle: vehicleField(rent),
  })
}

/** Record 2705 or 2706 when it is returned: status 02, the rent stays readable beside it. */
export function returnRecord(
  context: PurchaseContext,
  giveBack: {
    readonly hire: Hire
    /** The open record on the card. */
    readonly rent: Rental2705 | Bicycle2706
    readonly place: TravelPlace
    /** Seconds that were charged. */
    readonly durationS: number
  },
): CardRecord {
  const { hire, rent, place, durationS } = giveBack
  return hireRecord(hire, {
    ...rent,
    ...headInUse(COMPOSITE_ID[hire], context),
    status: OWN_STATUS.ended,
    returnCity: place.city,
    returnInstitution: institutionField(place),
    returnStation: stationField(place),
    returnTerminal: terminalField(context.terminal),
    returnTime: context.date + context.time,
    durationS,
    amountFen: context.amountFen,
    balanceFen: context.balanceAfterFen,
  })
}

function hireRecord(hire: Hire, values: Partial<Rental2705>): CardRecord {
  const bytes = HIRE_LAYOUT[hire].encode(values)
  return { sfi: SFI.composite, id: COMPOSITE_ID[hire] & 0xff, bytes }
}

function acceptor(place: VehiclePlace) {
  return {
    city: place.city,
    institution: institutionField(place),
    operator: place.operator ?? 0,
  }
}

function paid(context: PurchaseContext) {
  return {
    terminal: terminalField(context.terminal),
    time: context.date + context.time,
    amountFen: context.amountFen,
    balanceFen: context.balanceAfterFen,
  }
}
