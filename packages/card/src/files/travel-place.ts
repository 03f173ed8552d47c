import type { PurchaseContext } from '../reader/purchase-flow.ts'
import { COMPOSITE_BYTES } from './composite-records.ts'

/** Where a tap happens, as the records of a card name it. */
export interface TravelPlace {
  /** City of the acceptor, 4 digits, GB/T 13497 style. */
  readonly city: string
  /** Institution code of the acceptor, 8 digits. */
  readonly institution: string
  /** Line and station numbers of the acceptor, 0 to 65535; a bus puts its stop or 0. */
  readonly line: number
  readonly station: number
}

/** A place on a vehicle. */
export interface VehiclePlace extends TravelPlace {
  /** Operator number of the acceptor, 0 to 65535. */
  readonly operator?: number
  /** Number of bus, vessel or taxi, at most 8 letters and digits. */
  readonly vehicle?: string
}

/** Line and station as the 8 bytes of record 2701, our numbering: zeros, line 2, station 2. */
export function stationField({ line, station }: Pick<TravelPlace, 'line' | 'station'>): string {
  return `00000000${hex4(line)}${hex4(station)}`
}

/** Inverse of `stationField`; undefined for a field that is numbered in another way. */
export function parseStationField(
  field: string,
): Pick<TravelPlace, 'line' | 'station'> | undefined {
  const match = /^00000000([0-9A-F]{4})([0-9A-F]{4})$/.exec(field)
  if (!match) return undefined
  return { line: Number.parseInt(match[1]!, 16), station: Number.parseInt(match[2]!, 16) }
}

/** Acceptor institution as records keep it: the code, filled with F like an issuer id. */
export function institutionField({ institution }: Pick<TravelPlace, 'institution'>): string {
  return `${institution}FFFFFFFF`
}

/** A 6-byte PSAM terminal number in a field of 8, as most acceptors align it. */
export function terminalField(terminal: string): string {
  return terminal.padStart(16, '0')
}

/** A vehicle number in its field of 8 bytes, right-aligned behind zeros (reference card 2.6). */
export function vehicleField({ vehicle = '' }: Pick<VehiclePlace, 'vehicle'>): string {
  return vehicle.padStart(8, '\0')
}

/** Head of a record in use: the counter that INIT returned is the trade serial. */
export function headInUse(id: number, context: PurchaseContext) {
  return {
    id,
    length: COMPOSITE_BYTES - 3,
    valid: 1,
    tradeFlag: 1,
    tradeSerial: context.offlineNumber.toString(16).padStart(16, '0'),
  }
}

function hex4(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, '0')
}
