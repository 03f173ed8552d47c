import { readField, toHex } from '@unifare/core'
import { balanceFen } from '../balance.ts'
import { isEmptyRecord } from '../files/card-files.ts'
import { cardTime } from '../files/card-time.ts'
import { decodeTrip, type OldTrip, type Trip, tripLayout } from '../files/trip-log.ts'
import { digits } from './card-facts.ts'
import { keyOf, TRANSACTION_TYPES, TRIP_MODES, TRIP_TYPES } from './code-tables.ts'
import type { CardNames, CodeName } from './names.ts'
import { fitted, type Part, type Parts, recordNumber, recordsOf } from './parts.ts'
import type { ProblemList } from './problems.ts'
import { type Way, wayOf } from './way.ts'

/** A record of the trip log. */
export interface InspectedTrip {
  /** Its place, newest 1. */
  readonly record: number
  readonly layout: 'new' | 'old'
  /** `entry`, `exit`, `single` …; `unknown` for a code without a name. */
  readonly type: string
  readonly typeCode: number
  /** `2026-11-21T08:30:00+08:00`; null when there is no such time. */
  readonly time: string | null
  readonly amountFen: number
  /** Afterwards, as most acceptors write it. */
  readonly balanceFen: number
  /** `metro`, `bus` …; null in the older layout and for industry 00. */
  readonly mode: string | null
  readonly modeCode: number | null
  /** City of the acceptor, 4 digits; null when the record tells none. */
  readonly city: string | null
  readonly cityName: CodeName | null
  /** 12 digits where they stand left or right in the field, else all 16. */
  readonly terminal: string
  /** Institution of the acceptor, 8 digits. */
  readonly acceptor: string | null
  readonly acceptorName: CodeName | null
  /** Line, station and operator, and the seven bytes that hold them. */
  readonly way: Way | null
  /** The older layout's serial in place of the way. */
  readonly tradeSerial: string | null
  readonly maxFareFen: number
  readonly maxMinutes: number
  /** Another city than the card's; null when one of them is not told. */
  readonly roaming: boolean | null
  /** Record number in EF 18 of the transaction of the same second; null when none fits. */
  readonly transaction: number | null
  readonly raw: string
}

interface Context {
  readonly names: CardNames
  /** City of the issuer, 4 digits. */
  readonly home: string | null
  readonly problems: ProblemList
}

/** Records of EF 1E that were written, newest first. */
export function tripsOf(parts: Parts, context: Context): readonly InspectedTrip[] {
  return recordsOf(parts.files.get('1E') ?? [], tripLayout.length).flatMap((part, index) => {
    if (isEmptyRecord(part.bytes)) return []
    const bytes = fitted(part, tripLayout.length, context.problems)
    return bytes ? [inspectTrip({ ...part, bytes }, recordNumber(part, index), context)] : []
  })
}

function inspectTrip(part: Part, record: number, context: Context): InspectedTrip {
  const { names, home, problems } = context
  const decoded = decodeTrip(part.bytes)
  const { trip } = decoded
  const time = cardTime(trip.dateTime)
  if (time === null) problems.add('inspect.no-such-time', `${part.where}.time`, trip.dateTime)
  const city = codeOf(trip.city, `${part.where}.city`, problems)
  const acceptor = codeOf(trip.institution.slice(0, 8), `${part.where}.acceptor`, problems)
  return {
    record,
    ...typed(decoded),
    time,
    amountFen: trip.amountFen,
    balanceFen: balanceFen(readField(part.bytes, BALANCE)),
    city,
    cityName: (city !== null && names.city(city)) || null,
    terminal: terminalOf(trip.terminal),
    acceptor,
    acceptorName: (acceptor !== null && names.institution(acceptor)) || null,
    maxFareFen: trip.maxFareFen,
    maxMinutes: trip.maxMinutes,
    roaming: city === null || home === null ? null : city !== home,
    transaction: null,
    raw: toHex(part.bytes),
  }
}

/** The balance as bytes: cards flag it or write it below zero. */
const BALANCE = [tripLayout.fields.balanceFen[0], 'bytes', 4] as const

type Typed = Pick<
  InspectedTrip,
  'layout' | 'type' | 'typeCode' | 'mode' | 'modeCode' | 'way' | 'tradeSerial'
>

function typed(decoded: ReturnType<typeof decodeTrip>): Typed {
  return decoded.layout === 'old' ? oldTyped(decoded.trip) : newTyped(decoded.trip)
}

/** The older layout keeps a transaction type where the newer one keeps a trip type. */
function oldTyped(trip: OldTrip): Typed {
  return {
    layout: 'old',
    type: keyOf(TRANSACTION_TYPES, trip.type),
    typeCode: trip.type,
    mode: null,
    modeCode: null,
    way: null,
    tradeSerial: trip.tradeSerial,
  }
}

function newTyped(trip: Trip): Typed {
  return {
    layout: 'new',
    type: keyOf(TRIP_TYPES, trip.type),
    typeCode: trip.type,
    mode: trip.industry === 0 ? null : keyOf(TRIP_MODES, trip.industry),
    modeCode: trip.industry,
    way: wayOf(trip),
    tradeSerial: null,
  }
}

/** Digits of a code; null in silence where the field is blank, and told where it is no number. */
export function codeOf(text: string, where: string, problems: ProblemList): string | null {
  return /^(0*|F*)$/.test(text) ? null : digits(text, where, problems)
}

/**
 * A terminal number out of its field of 8 bytes: most acceptors right-align the 6 bytes of the
 * PSAM, some left-align them, some use all eight (reference card 2.5).
 */
export function terminalOf(field: string): string {
  if (field.startsWith('0000')) return field.slice(4)
  return /(0000|FFFF)$/.test(field) ? field.slice(0, 12) : field
}
