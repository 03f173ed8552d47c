import { type Decoded, recordLayout } from './record-layout.ts'

/** Bytes of a record of EF 1A: id 27 xx, length 7D, 125 bytes (reference card 2.6). */
export const COMPOSITE_BYTES = 128

/** Ids of the records of EF 1A; the record number is the low byte. */
export const COMPOSITE_ID = {
  rail: 0x2701,
  bus: 0x2702,
  water: 0x2703,
  taxi: 0x2704,
  rental: 0x2705,
  bicycle: 0x2706,
} as const

/** Offset of the lock flag: other than 00 the record takes no update. */
export const COMPOSITE_LOCK_AT = 5

const HEAD = [
  ['id', 0, 2, 'number'],
  ['length', 2, 1, 'number'],
  ['valid', 3, 1, 'number'],
  /** 1 distance or time purchase, 2 pre-authorisation. */
  ['tradeFlag', 4, 1, 'number'],
  ['lock', COMPOSITE_LOCK_AT, 1, 'number'],
  ['tradeSerial', 6, 8, 'hex'],
  ['status', 14, 1, 'number'],
] as const

/** Status of record 2701. Entered and entry-corrected are open trips. */
export const RAIL_STATUS = {
  init: 0,
  entered: 1,
  exited: 2,
  entryCorrected: 3,
  exitCorrected: 4,
} as const

/** Record 2701, rail (reference card 2.6). */
export const railLayout = recordLayout(COMPOSITE_BYTES, [
  ...HEAD,
  ['entryCity', 15, 2, 'hex'],
  ['exitCity', 17, 2, 'hex'],
  ['entryInstitution', 19, 8, 'hex'],
  ['exitInstitution', 27, 8, 'hex'],
  ['entryStation', 35, 8, 'hex'],
  ['exitStation', 43, 8, 'hex'],
  ['entryTerminal', 51, 8, 'hex'],
  ['exitTerminal', 59, 8, 'hex'],
  ['entryTime', 67, 7, 'hex'],
  ['exitTime', 74, 7, 'hex'],
  ['maxFareFen', 81, 4, 'number'],
  ['entryLine', 85, 1, 'number'],
  ['exitLine', 86, 1, 'number'],
  ['entryAmountFen', 87, 4, 'number'],
  ['entryBalanceFen', 91, 4, 'number'],
  ['chargedFen', 95, 4, 'number'],
  ['reserved', 99, 29, 'bytes'],
])
export type Rail2701 = Decoded<typeof railLayout.fields>

/** Whether a rail trip was begun and not ended. */
export function isOpenRailTrip(rail: Rail2701): boolean {
  return rail.status === RAIL_STATUS.entered || rail.status === RAIL_STATUS.entryCorrected
}

/** Status of record 2702. */
export const BUS_STATUS = { init: 0, onBoard: 1, alighted: 2 } as const

/** Record 2702, bus, version B: what production writes (reference card 2.6). */
export const busLayout = recordLayout(COMPOSITE_BYTES, [
  ...HEAD,
  ['boardingCity', 15, 2, 'hex'],
  ['boardingInstitution', 17, 8, 'hex'],
  ['boardingOperator', 25, 2, 'number'],
  ['boardingLine', 27, 2, 'number'],
  ['boardingStop', 29, 1, 'number'],
  ['boardingVehicle', 30, 8, 'latin1'],
  ['boardingTerminal', 38, 8, 'hex'],
  ['boardingTime', 46, 7, 'hex'],
  /** Fare to recover when the passenger does not tap off. */
  ['markedFen', 53, 4, 'number'],
  /** AB up, BA down. */
  ['direction', 57, 1, 'number'],
  ['alightingCity', 58, 2, 'hex'],
  ['alightingInstitution', 60, 8, 'hex'],
  ['alightingOperator', 68, 2, 'number'],
  ['alightingLine', 70, 2, 'number'],
  ['alightingStop', 72, 1, 'number'],
  ['alightingVehicle', 73, 8, 'latin1'],
  ['alightingTerminal', 81, 8, 'hex'],
  ['alightingTime', 89, 7, 'hex'],
  ['amountFen', 96, 4, 'number'],
  ['mileage', 100, 2, 'number'],
  ['reserved', 102, 26, 'bytes'],
])
export type Bus2702 = Decoded<typeof busLayout.fields>

/** A record of EF 1A as personalisation leaves it: id, length, valid, nothing else. */
export function emptyCompositeRecord(id: number): Uint8Array {
  return railLayout.encode({ id, length: COMPOSITE_BYTES - 3, valid: 1 })
}
