import { COMPOSITE_BYTES, COMPOSITE_HEAD } from './composite-records.ts'
import { type Decoded, recordLayout } from './record-layout.ts'

/**
 * Records 2703 to 2706. Only the common head of 15 bytes is known (reference card 2.6): everything
 * behind it is OURS, built from the same parts as 2701 and 2702, and other acceptors may fill it
 * in another way. Status as in those: 00 init, 01 begun, 02 ended.
 */
export const OWN_STATUS = { init: 0, begun: 1, ended: 2 } as const

/** Record 2703, water: one tap when going on board. OURS behind the head. */
export const ferryLayout = recordLayout(COMPOSITE_BYTES, {
  ...COMPOSITE_HEAD,
  city: [15, 'hex', 2],
  institution: [17, 'hex', 8],
  operator: [25, 'u16'],
  line: [27, 'u16'],
  pier: [29, 'u16'],
  vessel: [31, 'latin1', 8],
  terminal: [39, 'hex', 8],
  time: [47, 'hex', 7],
  amountFen: [54, 'u32'],
  balanceFen: [58, 'u32'],
  reserved: [62, 'bytes', 66],
})
export type Ferry2703 = Decoded<typeof ferryLayout.fields>

/** Record 2704, taxi: written when the ride is paid. OURS behind the head. */
export const taxiLayout = recordLayout(COMPOSITE_BYTES, {
  ...COMPOSITE_HEAD,
  city: [15, 'hex', 2],
  institution: [17, 'hex', 8],
  operator: [25, 'u16'],
  vehicle: [27, 'latin1', 8],
  terminal: [35, 'hex', 8],
  /** Meter switched on, and off; zeros when the meter does not tell. */
  startTime: [43, 'hex', 7],
  time: [50, 'hex', 7],
  distanceM: [57, 'u32'],
  amountFen: [61, 'u32'],
  balanceFen: [65, 'u32'],
  reserved: [69, 'bytes', 59],
})
export type Taxi2704 = Decoded<typeof taxiLayout.fields>

const RENT = {
  ...COMPOSITE_HEAD,
  rentCity: [15, 'hex', 2],
  rentInstitution: [17, 'hex', 8],
  rentStation: [25, 'hex', 8],
  rentTerminal: [33, 'hex', 8],
  rentTime: [41, 'hex', 7],
  /** What the hire costs when nothing is returned. */
  maxFareFen: [48, 'u32'],
  vehicle: [52, 'latin1', 8],
  returnCity: [60, 'hex', 2],
  returnInstitution: [62, 'hex', 8],
  returnStation: [70, 'hex', 8],
  returnTerminal: [78, 'hex', 8],
  returnTime: [86, 'hex', 7],
  durationS: [93, 'u32'],
  amountFen: [97, 'u32'],
  balanceFen: [101, 'u32'],
  reserved: [105, 'bytes', 23],
} as const

/** Record 2705, rental: opened when rented, ended when returned. OURS behind the head. */
export const rentalLayout = recordLayout(COMPOSITE_BYTES, RENT)
export type Rental2705 = Decoded<typeof rentalLayout.fields>

/** Record 2706, bicycle: opened at rent with 0, debited at return. OURS behind the head. */
export const bicycleLayout = recordLayout(COMPOSITE_BYTES, RENT)
export type Bicycle2706 = Decoded<typeof bicycleLayout.fields>

/** Whether something was rented and not returned. */
export function isOpenHire(record: Rental2705 | Bicycle2706): boolean {
  return record.status === OWN_STATUS.begun
}
