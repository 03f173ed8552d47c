import { type Fen, type Instant, requireData } from '@unifare/core'
import { isRecord } from './framed.ts'
import { MODES, type Mode } from './kinds.ts'

const CODE = 'trip.malformed'
const PARTS_MAX = 32
const TEXT_MAX = 200
const CHARGE = /^[0-9-]{1,32}$/

/**
 * Where a journey 行程 stands, as its operator knows it: `at-gate` accepted and not passed yet,
 * `inside` passed the entry, `incomplete` waits for its other end, `charged` priced and asked for,
 * `void` nothing will ever be asked for it.
 */
export const TRIP_STATES = ['at-gate', 'inside', 'incomplete', 'charged', 'void'] as const
export type TripState = (typeof TRIP_STATES)[number]

/** One end of a journey. */
export interface TripEnd {
  readonly at: Instant
  /** Empty where only the card told of it. */
  readonly terminal: string
  readonly line: number
  readonly station: number
}

/** One step of a price, in words for people. */
export interface TripPart {
  readonly rule: string
  readonly amountFen: Fen
  readonly zh: string
  readonly en: string
}

/** The end of a journey that no record tells, and what the rider's word for it is good for. */
export interface TripMissing {
  readonly end: 'entry' | 'exit'
  /** Last instant in which the station can be stated; null where no statement is taken. */
  readonly until: Instant | null
  /** Statements that are taken in a calendar year; null without limit. */
  readonly yearly: number | null
  /** What the rider stated last. */
  readonly stated: TripStatement | null
}

/** A rider's word for a station (自助补登), and what became of it. */
export interface TripStatement {
  readonly at: Instant
  readonly line: number
  readonly station: number
  /** Why it was not taken, a stable code; null when it was. */
  readonly refused: string | null
}

/** The charge that another one took the place of (更正). */
export interface TripCorrection {
  readonly charge: string
  readonly amountFen: Fen
}

/**
 * What an operator tells the issuer of a medium about a journey (行程通知), so that the rider sees
 * the truth before the settlement. It moves no money: charges and statements do. The highest
 * version of a journey counts, in whatever order they come.
 */
export interface TripNotice {
  /** Name of the journey at its operator: the delivery id of its first tap. */
  readonly journey: string
  readonly version: number
  readonly operator: string
  readonly division: string
  readonly mode: Mode
  readonly medium: 'card' | 'code'
  readonly issuer: string
  readonly account: string
  readonly state: TripState
  /** Why it stands so, a stable code; null where the state says it all. */
  readonly reason: string | null
  readonly entry: TripEnd | null
  readonly exit: TripEnd | null
  /** Only of a journey of which one end is not known. */
  readonly missing?: TripMissing
  /** What is asked of the rider; null as long as nobody can know. */
  readonly amountFen: Fen | null
  readonly parts: readonly TripPart[]
  /** Name of the charge that asks for it. */
  readonly charge: string | null
  /** What was asked before; absent when the charge is the first. */
  readonly corrects?: TripCorrection
  /** Since when this is true. */
  readonly at: Instant
}

/** Reads the fields of a `trip` order; others than its own are ignored. Throws `trip.malformed`. */
export function parseTripNotice(json: unknown): TripNotice {
  const row = record(json, 'a trip notice')
  const { medium, state, mode } = row
  requireData(medium === 'card' || medium === 'code', CODE, 'medium: card or code')
  const notice: TripNotice = {
    journey: matching(row, 'journey', /^[0-9A-Za-z./-]{1,64}$/),
    version: whole(row, 'version'),
    operator: matching(row, 'operator', /^\d{8}$/),
    division: matching(row, 'division', /^\d{6}$/),
    mode: oneOf(Object.keys(MODES) as Mode[], mode, 'mode'),
    medium,
    issuer: matching(row, 'issuer', /^\d{8}$/),
    account: matching(row, 'account', /^\d{16,20}$/),
    state: oneOf(TRIP_STATES, state, 'state'),
    reason: row['reason'] === null ? null : matching(row, 'reason', /^[a-z0-9.-]{1,64}$/),
    entry: endOf(row['entry'], 'entry'),
    exit: endOf(row['exit'], 'exit'),
    ...(row['missing'] === undefined ? {} : { missing: missingOf(row['missing']) }),
    amountFen: row['amountFen'] === null ? null : whole(row, 'amountFen'),
    parts: partsOf(row['parts']),
    charge: row['charge'] === null ? null : matching(row, 'charge', CHARGE),
    ...correctsOf(row['corrects']),
    at: whole(row, 'at'),
  }
  const sum = notice.parts.reduce((total, { amountFen }) => total + amountFen, 0)
  requireData(
    notice.parts.length === 0 || sum === notice.amountFen,
    CODE,
    `the parts sum to ${sum} fen, the trip asks for ${notice.amountFen}`,
  )
  return notice
}

function partsOf(json: unknown): readonly TripPart[] {
  requireData(Array.isArray(json) && json.length <= PARTS_MAX, CODE, 'parts: a short list')
  return json.map((item) => {
    const row = record(item, 'a part')
    const amountFen = row['amountFen']
    requireData(Number.isSafeInteger(amountFen), CODE, 'amountFen: whole fen')
    return {
      rule: text(row, 'rule'),
      amountFen: amountFen as Fen,
      zh: text(row, 'zh'),
      en: text(row, 'en'),
    }
  })
}

function correctsOf(json: unknown): Pick<TripNotice, 'corrects'> {
  if (json === undefined) return {}
  const row = record(json, 'corrects')
  return {
    corrects: { charge: matching(row, 'charge', CHARGE), amountFen: whole(row, 'amountFen') },
  }
}

function endOf(json: unknown, name: string): TripEnd | null {
  if (json === null) return null
  const row = record(json, name)
  return {
    at: whole(row, 'at'),
    terminal: matching(row, 'terminal', /^(\d{12})?$/),
    line: whole(row, 'line'),
    station: whole(row, 'station'),
  }
}

function missingOf(json: unknown): TripMissing {
  const row = record(json, 'missing')
  return {
    end: oneOf(['entry', 'exit'] as const, row['end'], 'end'),
    until: row['until'] === null ? null : whole(row, 'until'),
    yearly: row['yearly'] === null ? null : whole(row, 'yearly'),
    stated: row['stated'] === null ? null : statementOf(row['stated']),
  }
}

function statementOf(json: unknown): TripStatement {
  const row = record(json, 'stated')
  return {
    at: whole(row, 'at'),
    line: whole(row, 'line'),
    station: whole(row, 'station'),
    refused: row['refused'] === null ? null : matching(row, 'refused', /^[a-z0-9.-]{1,64}$/),
  }
}

type Row = Readonly<Record<string, unknown>>

function record(json: unknown, name: string): Row {
  requireData(isRecord(json), CODE, `${name}: no object`)
  return json
}

function text(row: Row, name: string): string {
  const value = row[name]
  requireData(typeof value === 'string' && value.length <= TEXT_MAX, CODE, `${name}: no short text`)
  return value
}

function matching(row: Row, name: string, pattern: RegExp): string {
  const value = text(row, name)
  requireData(pattern.test(value), CODE, `${name}: ${value}`)
  return value
}

function whole(row: Row, name: string): number {
  const value = row[name]
  requireData(Number.isSafeInteger(value) && Number(value) >= 0, CODE, `${name}: no whole number`)
  return value as number
}

function oneOf<T extends string>(names: readonly T[], value: unknown, name: string): T {
  const found = names.find((one) => one === value)
  requireData(found !== undefined, CODE, `${name}: ${String(value)}`)
  return found
}
