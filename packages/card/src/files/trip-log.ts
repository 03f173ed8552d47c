import { type Decoded, recordLayout } from './record-layout.ts'

/** Trip types of EF 1E, purse side (reference card 2.5). */
export const TRIP = { entry: 0x03, exit: 0x04, single: 0x06, repair: 0x08, load: 0x0a } as const
export type TripType = keyof typeof TRIP

/** Industry codes of EF 1E (reference card 2.5). */
export const INDUSTRY = {
  metro: 0x01,
  bus: 0x02,
  ferry: 0x03,
  taxi: 0x04,
  rental: 0x05,
  bicycle: 0x06,
  parking: 0x07,
  coach: 0x08,
  'intercity-rail': 0x0a,
  'suburban-rail': 0x0e,
} as const
export type Industry = keyof typeof INDUSTRY

const TAIL = {
  amountFen: [17, 'u32'],
  /** Balance after the transaction, in fen. */
  balanceFen: [21, 'u32'],
  dateTime: [25, 'hex', 7],
  /** City of the acceptor, GB/T 13497 style. */
  city: [32, 'hex', 2],
  institution: [34, 'hex', 8],
  /** Fare if the trip is not completed; other acceptors keep own data here. */
  maxFareFen: [42, 'u32'],
  maxMinutes: [46, 'u16'],
} as const

/** EF 1E, one record of the cyclic trip log, 48 bytes (reference card 2.5). */
export const tripLayout = recordLayout(48, {
  type: [0, 'u8'],
  /** Usually 00 00 and the 6 bytes of the PSAM terminal number. */
  terminal: [1, 'hex', 8],
  industry: [9, 'u8'],
  line: [10, 'u16'],
  station: [12, 'u16'],
  operator: [14, 'u16'],
  reserved: [16, 'hex', 1],
  ...TAIL,
})
export type Trip = Decoded<typeof tripLayout.fields>

/** The older layout, which some validators still write: a trade serial in place of the way. */
export const oldTripLayout = recordLayout(48, {
  type: [0, 'u8'],
  terminal: [1, 'hex', 8],
  tradeSerial: [9, 'hex', 8],
  ...TAIL,
})
export type OldTrip = Decoded<typeof oldTripLayout.fields>

/** Writers of the older layout put the log type of a composite purchase into the type byte. */
const OLD_TYPE = 0x09

/** Reads a trip record in whichever layout it was written. */
export function decodeTrip(
  record: Uint8Array,
):
  | { readonly layout: 'new'; readonly trip: Trip }
  | { readonly layout: 'old'; readonly trip: OldTrip } {
  return record[0] === OLD_TYPE
    ? { layout: 'old', trip: oldTripLayout.decode(record) }
    : { layout: 'new', trip: tripLayout.decode(record) }
}
