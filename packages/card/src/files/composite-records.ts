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

/** Head that all records of EF 1A share; ids 2703 and above are known by it alone. */
export const COMPOSITE_HEAD = {
  id: [0, 'u16'],
  length: [2, 'u8'],
  valid: [3, 'u8'],
  /** 1 distance or time purchase, 2 pre-authorisation. */
  tradeFlag: [4, 'u8'],
  lock: [COMPOSITE_LOCK_AT, 'u8'],
  tradeSerial: [6, 'hex', 8],
  status: [14, 'u8'],
} as const

/** Status of record 2701. Entered and entry-corrected are open trips. */
export const RAIL_STATUS = {
  init: 0,
  entered: 1,
  exited: 2,
  entryCorrected: 3,
  exitCorrected: 4,
} as const

/** Record 2701, rail (reference card 2.6). */
export const railLayout = recordLayout(COMPOSITE_BYTES, {
  ...COMPOSITE_HEAD,
  entryCity: [15, 'hex', 2],
  exitCity: [17, 'hex', 2],
  entryInstitution: [19, 'hex', 8],
  exitInstitution: [27, 'hex', 8],
  entryStation: [35, 'hex', 8],
  exitStation: [43, 'hex', 8],
  entryTerminal: [51, 'hex', 8],
  exitTerminal: [59, 'hex', 8],
  entryTime: [67, 'hex', 7],
  exitTime: [74, 'hex', 7],
  maxFareFen: [81, 'u32'],
  entryLine: [85, 'u8'],
  exitLine: [86, 'u8'],
  entryAmountFen: [87, 'u32'],
  entryBalanceFen: [91, 'u32'],
  chargedFen: [95, 'u32'],
  reserved: [99, 'bytes', 29],
})
export type Rail2701 = Decoded<typeof railLayout.fields>

/** Whether a rail trip was begun and not ended. */
export function isOpenRailTrip(rail: Rail2701): boolean {
  return rail.status === RAIL_STATUS.entered || rail.status === RAIL_STATUS.entryCorrected
}

/** Status of record 2702. */
export const BUS_STATUS = { init: 0, onBoard: 1, alighted: 2 } as const

/** Direction of record 2702. */
export const DIRECTION = { up: 0xab, down: 0xba } as const
export type Direction = keyof typeof DIRECTION

/** Record 2702, bus, version B: what production writes (reference card 2.6). */
export const busLayout = recordLayout(COMPOSITE_BYTES, {
  ...COMPOSITE_HEAD,
  boardingCity: [15, 'hex', 2],
  boardingInstitution: [17, 'hex', 8],
  boardingOperator: [25, 'u16'],
  boardingLine: [27, 'u16'],
  boardingStop: [29, 'u8'],
  boardingVehicle: [30, 'latin1', 8],
  boardingTerminal: [38, 'hex', 8],
  boardingTime: [46, 'hex', 7],
  /** Fare to recover when the passenger does not tap off. */
  markedFen: [53, 'u32'],
  /** AB up, BA down. */
  direction: [57, 'u8'],
  alightingCity: [58, 'hex', 2],
  alightingInstitution: [60, 'hex', 8],
  alightingOperator: [68, 'u16'],
  alightingLine: [70, 'u16'],
  alightingStop: [72, 'u8'],
  alightingVehicle: [73, 'latin1', 8],
  alightingTerminal: [81, 'hex', 8],
  alightingTime: [89, 'hex', 7],
  amountFen: [96, 'u32'],
  mileage: [100, 'u16'],
  reserved: [102, 'bytes', 26],
})
export type Bus2702 = Decoded<typeof busLayout.fields>

/** Any record of EF 1A: the head, and what stands behind it as it is. */
export const compositeLayout = recordLayout(COMPOSITE_BYTES, {
  ...COMPOSITE_HEAD,
  content: [15, 'bytes', COMPOSITE_BYTES - 15],
})
export type CompositeRecord = Decoded<typeof compositeLayout.fields>

/** A record of EF 1A as personalisation leaves it: id, length, valid, nothing else. */
export function emptyCompositeRecord(id: number): Uint8Array {
  return compositeLayout.encode({ id, length: COMPOSITE_BYTES - 3, valid: 1 })
}
