import type { CardRecord } from '../evidence/pending.ts'
import type { PurchaseContext } from '../reader/purchase-flow.ts'
import { SFI } from './card-files.ts'
import {
  COMPOSITE_BYTES,
  COMPOSITE_ID,
  RAIL_STATUS,
  type Rail2701,
  railLayout,
} from './composite-records.ts'
import { INDUSTRY, type Industry, TRIP, type TripType, tripLayout } from './trip-log.ts'

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

/** A trip record for EF 1E, for UPDATE CAPP DATA CACHE. */
export function tripRecord1E(
  context: PurchaseContext,
  trip: {
    readonly type: TripType
    readonly industry: Industry
    readonly place: TravelPlace
    /** Operator number of the acceptor, 0 to 65535. */
    readonly operator?: number
    /** What an uncompleted trip costs, and the minutes until then. */
    readonly maxFareFen?: number
    readonly maxMinutes?: number
  },
): CardRecord {
  const { place, operator = 0, maxFareFen = 0, maxMinutes = 0 } = trip
  const bytes = tripLayout.encode({
    type: TRIP[trip.type],
    terminal: wide(context.terminal),
    industry: INDUSTRY[trip.industry],
    line: place.line,
    station: place.station,
    operator,
    amountFen: context.amountFen,
    balanceFen: context.balanceAfterFen,
    dateTime: context.date + context.time,
    city: place.city,
    institution: institutionField(place),
    maxFareFen,
    maxMinutes,
  })
  return { sfi: SFI.trips, id: 0, bytes }
}

/** Record 2701 of a metro entry. Bytes that this layout does not name stay as they were. */
export function railEntry2701(
  context: PurchaseContext,
  entry: {
    /** The record on the card; null writes a fresh one. */
    readonly previous: Rail2701 | null
    readonly place: TravelPlace
    /** What the trip costs when there is no exit. */
    readonly maxFareFen: number
  },
): CardRecord {
  const { place, previous, maxFareFen } = entry
  const bytes = railLayout.encode({
    ...blank(previous),
    ...opened(context),
    status: RAIL_STATUS.entered,
    entryCity: place.city,
    entryInstitution: institutionField(place),
    entryStation: stationField(place),
    entryTerminal: wide(context.terminal),
    entryTime: context.date + context.time,
    maxFareFen,
    entryLine: place.line & 0xff,
    entryAmountFen: context.amountFen,
    entryBalanceFen: context.balanceAfterFen,
  })
  return { sfi: SFI.composite, id: COMPOSITE_ID.rail & 0xff, bytes }
}

/** Record 2701 of a metro exit: the entry stays readable beside it. */
export function railExit2701(
  context: PurchaseContext,
  exit: { readonly entry: Rail2701; readonly place: TravelPlace },
): CardRecord {
  const { place } = exit
  const bytes = railLayout.encode({
    ...exit.entry,
    ...opened(context),
    status: RAIL_STATUS.exited,
    exitCity: place.city,
    exitInstitution: institutionField(place),
    exitStation: stationField(place),
    exitTerminal: wide(context.terminal),
    exitTime: context.date + context.time,
    exitLine: place.line & 0xff,
    chargedFen: context.amountFen,
  })
  return { sfi: SFI.composite, id: COMPOSITE_ID.rail & 0xff, bytes }
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

/** Head of a record in use: id and length as the card has them, the counter as trade serial. */
function opened(context: PurchaseContext) {
  return {
    id: COMPOSITE_ID.rail,
    length: COMPOSITE_BYTES - 3,
    valid: 1,
    tradeFlag: 1,
    tradeSerial: context.offlineNumber.toString(16).padStart(16, '0'),
  }
}

/** A new entry clears the exit of the trip before. */
function blank(previous: Rail2701 | null): Partial<Rail2701> {
  if (!previous) return {}
  return {
    raw: previous.raw,
    exitCity: '0000',
    exitInstitution: '0'.repeat(16),
    exitStation: '0'.repeat(16),
    exitTerminal: '0'.repeat(16),
    exitTime: '0'.repeat(14),
    exitLine: 0,
    chargedFen: 0,
  }
}

/** Acceptor institution as records keep it: the code, filled with F like an issuer id. */
function institutionField({ institution }: TravelPlace): string {
  return `${institution}FFFFFFFF`
}

/** A 6-byte PSAM terminal number in a field of 8. */
function wide(terminal: string): string {
  return terminal.padStart(16, '0')
}

function hex4(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, '0')
}
