import { isEmptyRecord } from './card-files.ts'
import { isCardTime } from './card-time.ts'
import {
  type Bus2702,
  busLayout,
  COMPOSITE_BYTES,
  COMPOSITE_HEAD,
  DIRECTION,
} from './composite-records.ts'
import { type Decoded, recordLayout } from './record-layout.ts'

/**
 * Record 2702, version A: the skeleton of 2701 and then direction, line and vehicle. One struct
 * header only tells of it; production writes version B (reference card 2.6).
 */
export const busVersionALayout = recordLayout(COMPOSITE_BYTES, {
  ...COMPOSITE_HEAD,
  boardingCity: [15, 'hex', 2],
  alightingCity: [17, 'hex', 2],
  boardingInstitution: [19, 'hex', 8],
  alightingInstitution: [27, 'hex', 8],
  boardingStop: [35, 'hex', 8],
  alightingStop: [43, 'hex', 8],
  boardingTerminal: [51, 'hex', 8],
  alightingTerminal: [59, 'hex', 8],
  boardingTime: [67, 'hex', 7],
  alightingTime: [74, 'hex', 7],
  maxFareFen: [81, 'u32'],
  direction: [85, 'u8'],
  line: [86, 'u16'],
  vehicle: [88, 'latin1', 6],
  reserved: [94, 'bytes', 34],
})
export type BusVersionA = Decoded<typeof busVersionALayout.fields>

/** A record 2702 in whichever version it was written. */
export type BusRecord =
  | { readonly version: 'A'; readonly bus: BusVersionA }
  | { readonly version: 'B'; readonly bus: Bus2702 }

/**
 * Reads a record 2702. Version A is taken only when the direction byte of version B is neither AB
 * nor BA, and there is no boarding time where version B keeps it, on a record in use.
 */
export function decodeBus(record: Uint8Array): BusRecord {
  const bus = busLayout.decode(record)
  const known = bus.direction === DIRECTION.up || bus.direction === DIRECTION.down
  const unused = isEmptyRecord(bus.raw.subarray(busLayout.fields.status[0]))
  if (known || unused || isCardTime(bus.boardingTime)) return { version: 'B', bus }
  return { version: 'A', bus: busVersionALayout.decode(record) }
}

/**
 * A record 2702 in the words of version B, for a reader that acts on it: of version A the boarding,
 * the alighting and what the ride costs when it is never ended. Its stops are numbered in another
 * way, so their numbers are 0.
 */
export function busAsVersionB(record: Uint8Array): Bus2702 {
  const { version, bus } = decodeBus(record)
  if (version === 'B') return bus
  const bytes = busLayout.encode({
    ...headOf(bus),
    boardingCity: bus.boardingCity,
    boardingInstitution: bus.boardingInstitution,
    boardingLine: bus.line,
    boardingVehicle: bus.vehicle.padStart(8, '\0'),
    boardingTerminal: bus.boardingTerminal,
    boardingTime: bus.boardingTime,
    markedFen: bus.maxFareFen,
    direction: bus.direction,
    alightingCity: bus.alightingCity,
    alightingInstitution: bus.alightingInstitution,
    alightingTerminal: bus.alightingTerminal,
    alightingTime: bus.alightingTime,
  })
  return busLayout.decode(bytes)
}

function headOf({ id, length, valid, tradeFlag, lock, tradeSerial, status }: BusVersionA) {
  return { id, length, valid, tradeFlag, lock, tradeSerial, status }
}
