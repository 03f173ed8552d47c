import type { CardRecord } from '../evidence/pending.ts'
import type { PurchaseContext } from '../reader/purchase-flow.ts'
import { SFI } from './card-files.ts'
import { COMPOSITE_ID, RAIL_STATUS, type Rail2701, railLayout } from './composite-records.ts'
import { type RailAccount, railAccountBytes } from './rail-account.ts'
import {
  headInUse,
  institutionField,
  stationField,
  type TravelPlace,
  terminalField,
} from './travel-place.ts'
import { INDUSTRY, type Industry, TRIP, type TripType, tripLayout } from './trip-log.ts'

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
    terminal: terminalField(context.terminal),
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

/** What a metro entry writes; also what a counter writes for an entry that is missing. */
export interface RailEntry {
  /** The record on the card; null writes a fresh one. */
  readonly previous: Rail2701 | null
  readonly place: TravelPlace
  /** What the trip costs when there is no exit. */
  readonly maxFareFen: number
}

/** What a metro exit writes; also what a counter writes for an exit that is missing. */
export interface RailExit {
  readonly entry: Rail2701
  readonly place: TravelPlace
  /** The rider's month with the operator, kept beside the trip; the one on the card stays without. */
  readonly account?: RailAccount
}

/** Record 2701 of a metro entry. Bytes that this layout does not name stay as they were. */
export function railEntry2701(context: PurchaseContext, entry: RailEntry): CardRecord {
  return entered(context, entry, RAIL_STATUS.entered)
}

/** Record 2701 of a metro exit: the entry stays readable beside it. */
export function railExit2701(context: PurchaseContext, exit: RailExit): CardRecord {
  return exited(context, exit, RAIL_STATUS.exited)
}

/**
 * Record 2701 when the counter (补票) writes the entry that a passenger inside lacks: status 03, an
 * open trip from `place`. A trip record of type `repair` goes with it.
 */
export function railRepairEntry2701(context: PurchaseContext, entry: RailEntry): CardRecord {
  return entered(context, entry, RAIL_STATUS.entryCorrected)
}

/**
 * Record 2701 when the counter (补票) ends the trip that a passenger outside left open: status 04,
 * no open trip. A trip record of type `repair` goes with it.
 */
export function railRepairExit2701(context: PurchaseContext, exit: RailExit): CardRecord {
  return exited(context, exit, RAIL_STATUS.exitCorrected)
}

function entered(context: PurchaseContext, entry: RailEntry, status: number): CardRecord {
  const { place, previous, maxFareFen } = entry
  return railRecord({
    ...blank(previous),
    ...headInUse(COMPOSITE_ID.rail, context),
    status,
    entryCity: place.city,
    entryInstitution: institutionField(place),
    entryStation: stationField(place),
    entryTerminal: terminalField(context.terminal),
    entryTime: context.date + context.time,
    maxFareFen,
    entryLine: place.line & 0xff,
    entryAmountFen: context.amountFen,
    entryBalanceFen: context.balanceAfterFen,
  })
}

function exited(context: PurchaseContext, exit: RailExit, status: number): CardRecord {
  const { place, account } = exit
  return railRecord({
    ...exit.entry,
    ...(account === undefined ? {} : { reserved: railAccountBytes(account) }),
    ...headInUse(COMPOSITE_ID.rail, context),
    status,
    exitCity: place.city,
    exitInstitution: institutionField(place),
    exitStation: stationField(place),
    exitTerminal: terminalField(context.terminal),
    exitTime: context.date + context.time,
    exitLine: place.line & 0xff,
    chargedFen: context.amountFen,
  })
}

function railRecord(values: Partial<Rail2701>): CardRecord {
  return { sfi: SFI.composite, id: COMPOSITE_ID.rail & 0xff, bytes: railLayout.encode(values) }
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
