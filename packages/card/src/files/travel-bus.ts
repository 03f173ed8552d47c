import type { CardRecord } from '../evidence/pending.ts'
import type { PurchaseContext } from '../reader/purchase-flow.ts'
import { SFI } from './card-files.ts'
import {
  BUS_STATUS,
  type Bus2702,
  busLayout,
  COMPOSITE_BYTES,
  COMPOSITE_ID,
  DIRECTION,
  type Direction,
} from './composite-records.ts'
import {
  headInUse,
  institutionField,
  terminalField,
  type VehiclePlace,
  vehicleField,
} from './travel-place.ts'

/** Bytes behind the alighting amount and mileage are local; a boarding keeps them. */
const ALIGHTING_AT = busLayout.fields.alightingCity[0]
const LOCAL_AT = busLayout.fields.reserved[0]

/**
 * Record 2702 of boarding a bus with distance fares: status 01. `markedFen` is recovered at the
 * next boarding when the passenger does not tap off (reference card 6.2). The alighting of the
 * ride before is cleared.
 */
export function busBoarding2702(
  context: PurchaseContext,
  boarding: {
    /** The record on the card; null writes a fresh one. */
    readonly previous: Bus2702 | null
    readonly place: VehiclePlace
    readonly markedFen: number
    readonly direction: Direction
  },
): CardRecord {
  const { previous, place } = boarding
  const raw = previous?.raw.slice() ?? new Uint8Array(COMPOSITE_BYTES)
  raw.fill(0, ALIGHTING_AT, LOCAL_AT)
  return busRecord({
    raw,
    ...headInUse(COMPOSITE_ID.bus, context),
    status: BUS_STATUS.onBoard,
    boardingCity: place.city,
    boardingInstitution: institutionField(place),
    boardingOperator: place.operator ?? 0,
    boardingLine: place.line,
    boardingStop: place.station,
    boardingVehicle: vehicleField(place),
    boardingTerminal: terminalField(context.terminal),
    boardingTime: context.date + context.time,
    markedFen: boarding.markedFen,
    direction: DIRECTION[boarding.direction],
  })
}

/**
 * Record 2702 of alighting: status 02, the boarding stays readable beside it. It also ends a ride
 * whose marked amount is recovered later: then place and amount are those of the recovery.
 */
export function busAlighting2702(
  context: PurchaseContext,
  alighting: {
    readonly boarding: Bus2702
    readonly place: VehiclePlace
    /** What the acceptor counts as distance, 0 to 65535. */
    readonly mileage?: number
  },
): CardRecord {
  const { boarding, place, mileage = 0 } = alighting
  return busRecord({
    ...boarding,
    ...headInUse(COMPOSITE_ID.bus, context),
    status: BUS_STATUS.alighted,
    alightingCity: place.city,
    alightingInstitution: institutionField(place),
    alightingOperator: place.operator ?? 0,
    alightingLine: place.line,
    alightingStop: place.station,
    alightingVehicle: vehicleField(place),
    alightingTerminal: terminalField(context.terminal),
    alightingTime: context.date + context.time,
    amountFen: context.amountFen,
    mileage,
  })
}

function busRecord(values: Partial<Bus2702>): CardRecord {
  return { sfi: SFI.composite, id: COMPOSITE_ID.bus & 0xff, bytes: busLayout.encode(values) }
}
