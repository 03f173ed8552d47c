import type { CardRecord } from '../evidence/pending.ts'
import { CITY_UNION_COMPOSITE_SFI } from './city-union.ts'
import { type Decoded, recordLayout } from './record-layout.ts'

/** Bytes of a composite record of a city-union purse. */
export const CITY_TRIP_BYTES = 48

/**
 * A ride in a composite record of a city-union purse. Only number, length and lock are known
 * (reference card 2.7); what stands behind them belongs to the home city, and this form is OURS.
 * Status as in record 2701: 01 and 03 are open, 02 and 04 ended.
 */
export const cityTripLayout = recordLayout(CITY_TRIP_BYTES, {
  number: [0, 'u8'],
  length: [1, 'u8'],
  lock: [2, 'u8'],
  status: [3, 'u8'],
  city: [4, 'hex', 2],
  /** Institution code of the acceptor, 8 digits. */
  institution: [6, 'hex', 4],
  line: [10, 'u16'],
  station: [12, 'u16'],
  terminal: [14, 'hex', 6],
  time: [20, 'hex', 7],
  /** What the ride costs when it is not ended. */
  maxFareFen: [27, 'u32'],
  endLine: [31, 'u16'],
  endStation: [33, 'u16'],
  endTime: [35, 'hex', 7],
  amountFen: [42, 'u32'],
  reserved: [46, 'bytes', 2],
})
export type CityTrip = Decoded<typeof cityTripLayout.fields>

/** Record of each kind of ride. OURS. */
export const CITY_TRIP_NUMBER = { rail: 1, bus: 2, bicycle: 3 } as const
export type CityTravel = keyof typeof CITY_TRIP_NUMBER

/** A ride for UPDATE CAPP DATA CACHE (`80 DC nn B8`). */
export function cityTripRecord(travel: CityTravel, trip: Partial<CityTrip>): CardRecord {
  const number = CITY_TRIP_NUMBER[travel]
  const bytes = cityTripLayout.encode({ ...trip, number, length: CITY_TRIP_BYTES - 2 })
  return { sfi: CITY_UNION_COMPOSITE_SFI, id: number, bytes }
}
