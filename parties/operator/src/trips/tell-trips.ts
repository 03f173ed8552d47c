import type { AcceptanceContent } from '@unifare/bundle'
import { canonicalJson, type Instant, type Tx, utf8 } from '@unifare/core'
import type { CompiledTariff } from '@unifare/fares'
import {
  type Charge,
  chargeId,
  deliveryId,
  hasGate,
  parseCharge,
  parseTap,
  type Tap,
  type TripEnd,
  type TripMissing,
  type TripNotice,
  type TripPart,
} from '@unifare/tap'
import { missingEndOf } from '../statements/lone-journeys.ts'
import { isOver, missingOf } from '../statements/missing-end.ts'
import {
  type ChargeRow,
  charges,
  type JourneyRow,
  journeys,
  marks,
  type TapRow,
  taps,
} from '../tables.ts'
import { told, type UntoldRow, untold } from './trip-tables.ts'

/** Notices of one message. */
const NOTICES_MAX = 200
const TOLD_CHARGES = 'told-charges'
/** Kinds of taps that wait for another one. */
const OPENING = new Set(['entry', 'rent'])

/** The end of a journey that has another name: nobody need hear of it who heard nothing yet. */
const LATE = 'trip.completed-late'

/** A notice before it has its version. */
type Draft = Omit<TripNotice, 'version'>

/** What an operator tells of. */
export interface Teller {
  readonly operator: string
  readonly tariffs: readonly CompiledTariff[]
  readonly acceptance: AcceptanceContent
  /** Issuers that can be told. */
  readonly isIssuer: (id: string) => boolean
  readonly at: Instant
}

/**
 * Messages to issuers about all journeys that stand otherwise than they were last told of: code
 * taps that wait, and charges since the last time. A journey that stands as it did is not told
 * again; the same state of the books gives the same messages.
 */
export async function tellTrips(
  tx: Tx,
  teller: Teller,
): Promise<readonly { readonly issuer: string; readonly body: Uint8Array }[]> {
  const drafts = [...(await waitingDrafts(tx, teller)), ...(await chargedDrafts(tx, teller))]
  const news = await withVersions(
    tx,
    drafts.filter(({ issuer }) => teller.isIssuer(issuer)),
  )
  const byIssuer = new Map<string, TripNotice[]>()
  for (const notice of news) {
    const own = byIssuer.get(notice.issuer) ?? []
    byIssuer.set(notice.issuer, [...own, notice])
  }
  return [...byIssuer].sort(compareNames).flatMap(([issuer, own]) =>
    Array.from({ length: Math.ceil(own.length / NOTICES_MAX) }, (_, page) => {
      const trips = own.slice(page * NOTICES_MAX, (page + 1) * NOTICES_MAX)
      return { issuer, body: tripsOrder(trips) }
    }),
  )
}

/** The order that carries notices to an issuer. */
export function tripsOrder(trips: readonly TripNotice[]): Uint8Array {
  return utf8(canonicalJson({ do: 'trips', trips }))
}

/** Gives versions to what is new and keeps it; the last draft of a journey counts. */
async function withVersions(tx: Tx, drafts: readonly Draft[]): Promise<TripNotice[]> {
  const last = new Map(drafts.map((draft) => [draft.journey, draft]))
  const known = await tx.get(
    told,
    [...last.keys()].map((journey) => ({ journey })),
  )
  const news = [...last.values()].flatMap((draft, index): TripNotice[] => {
    const before = known[index]
    if (before === undefined) return draft.reason === LATE ? [] : [{ ...draft, version: 1 }]
    const next = { ...draft, reason: draft.reason ?? (before.claim || null) }
    if (sameTrip(before.notice as TripNotice, next)) return []
    return [{ ...next, version: before.version + 1 }]
  })
  await tx.put(
    told,
    news.map((notice) => {
      const { journey, version } = notice
      const claim = known.find((row) => row?.journey === journey)?.claim ?? ''
      return { journey, version, notice, claim }
    }),
  )
  return news
}

/** Whether only the instant of telling would differ. */
function sameTrip({ version: _version, at: _at, ...before }: TripNotice, draft: Draft): boolean {
  const { at: _now, ...now } = draft
  return canonicalJson(before) === canonicalJson(now)
}

/** Code taps that wait for their charge; those that will never have one are told for the last time. */
async function waitingDrafts(tx: Tx, teller: Teller): Promise<Draft[]> {
  const waiting = await tx.select(untold, {})
  const rows = await tx.get(
    taps,
    waiting.map(({ terminal, sequence }) => ({ terminal, sequence })),
  )
  const ended: UntoldRow[] = []
  const waiters = rows.flatMap((row, index) => {
    const key = waiting[index] as UntoldRow
    if (row === undefined || row.state !== 'open') ended.push(key)
    // A late entry is told as the other end of the journey that it completed.
    const silent = row?.state === 'charged' && row.note !== 'late-entry'
    if (row === undefined || silent) return []
    return tapDraft(row, teller).map((draft) => ({ row, draft, teller }))
  })
  await tx.remove(untold, ended)
  const drafts: Draft[] = []
  for (const one of waiters) drafts.push(await overdue(tx, one))
  return drafts
}

/** Who is inside for longer than any ride lasts has an exit that nobody saw. */
async function overdue(
  tx: Tx,
  { row, draft, teller }: { readonly row: TapRow; readonly draft: Draft; readonly teller: Teller },
): Promise<Draft> {
  const tap = parseTap(row.raw)
  const lost = draft.state === 'inside' && tap.kind === 'entry' && isOver(tap, teller.at)
  if (!lost) return draft
  const missing = await missingOf(tx, teller, { tap, end: 'exit' })
  return { ...draft, state: 'incomplete', missing }
}

/** A lone exit waits in silence: its journey has its name from the entry that may still come. */
function tapDraft(row: TapRow, teller: Teller): Draft[] {
  const tap = parseTap(row.raw)
  const opens = OPENING.has(tap.kind) || tap.kind === 'purchase'
  const division = divisionOf(teller, tap.mode)
  if (!opens || division === undefined || tap.medium === 'none') return []
  const common = {
    journey: deliveryId(tap),
    operator: teller.operator,
    division,
    mode: tap.mode,
    medium: tap.medium,
    issuer: tap.issuer,
    account: tap.account,
    entry: endOf(tap),
    exit: null,
    amountFen: null,
    parts: [],
    charge: null,
    at: teller.at,
  }
  if (row.state === 'open') {
    const under = row.note === 'passed' || !hasGate(tap.mode) || !OPENING.has(tap.kind)
    return [{ ...common, state: under ? 'inside' : 'at-gate', reason: null }]
  }
  return [{ ...common, state: 'void', reason: reasonOf(row) }]
}

/** Why nothing is asked for a tap: what the gate said, else what pairing found. */
function reasonOf({ note, state }: TapRow): string {
  if (note === 'void') return 'trip.nobody-passed'
  if (note.startsWith('late-')) return LATE
  return /^[a-z0-9.-]+$/.test(note) ? note : `trip.${state}`
}

/** Charges since the last time, of cards and codes. */
async function chargedDrafts(tx: Tx, teller: Teller): Promise<Draft[]> {
  const [mark] = await tx.get(marks, [{ name: TOLD_CHARGES }])
  const number = Number(mark?.value ?? 0)
  const rows = await tx.select(charges, {}, { after: { number } })
  const lastNumber = rows.at(-1)?.number
  if (lastNumber === undefined) return []
  await tx.put(marks, [{ name: TOLD_CHARGES, value: String(lastNumber) }])
  const drafts: Draft[] = []
  for (const row of rows) {
    const charge = parseCharge(row.raw)
    const division = divisionOf(teller, charge.mode)
    if (division === undefined || !teller.isIssuer(charge.issuer)) continue
    drafts.push(await chargeDraft(tx, { row, charge, division, teller }))
  }
  return drafts
}

async function chargeDraft(
  tx: Tx,
  options: {
    readonly row: ChargeRow
    readonly charge: Charge
    readonly division: string
    readonly teller: Teller
  },
): Promise<Draft> {
  const { row, charge, division, teller } = options
  const keys = charge.taps.map(({ terminal, sequence }) => ({ terminal, sequence }))
  const found = (await tx.get(taps, keys)).flatMap((tap) => (tap ? [parseTap(tap.raw)] : []))
  const [known] = await tx.get(journeys, [{ id: row.trip }])
  const [before] = await tx.get(charges, [{ number: row.corrects }])
  const [tap] = found
  const end = known && charge.medium === 'code' ? missingEndOf(known) : undefined
  const missing = end && tap && (await missingOf(tx, teller, { tap, end }))
  return {
    journey: row.trip,
    operator: charge.operator,
    division,
    mode: charge.mode,
    medium: charge.medium,
    issuer: charge.issuer,
    account: charge.account,
    state: 'charged',
    reason: chargedBecause(row, known, joinsOf(teller, charge)),
    ...endsOf(charge, found),
    ...(missing === undefined ? {} : { missing, ...completedEnd(charge, missing) }),
    amountFen: charge.amountFen,
    parts: partsOf(row, charge),
    charge: chargeId(charge),
    ...(before && {
      corrects: {
        charge: chargeId({ operator: charge.operator, number: before.number }),
        amountFen: before.amountFen,
      },
    }),
    at: teller.at,
  }
}

/** The station that the charge goes to or from although no tap tells it. */
function completedEnd(
  { from, to, startAt, endAt, line }: Charge,
  { end, stated }: TripMissing,
): Partial<Pick<TripNotice, 'entry' | 'exit'>> {
  const word = stated?.refused === null ? stated : undefined
  if (word === undefined && from === to) return {}
  const place = { terminal: '', line: word?.line ?? line }
  return end === 'exit'
    ? { exit: { ...place, at: endAt, station: to } }
    : { entry: { ...place, at: startAt, station: from } }
}

/** Why a lone end goes to a station, by the note in its price. */
const COMPLETED_BY: Readonly<Record<string, string>> = {
  'statement.station': 'trip.station-stated',
  'incident.gates-open': 'trip.gates-open',
}

/** Rules of the charge's tariff that make one journey of two rides. */
function joinsOf({ tariffs }: Teller, { tariff }: Charge): readonly string[] {
  const found = tariffs.find((one) => one.tariff.id === tariff)
  return (found?.tariff.transfers ?? [])
    .filter(({ effect }) => effect.kind === 'join')
    .map(({ id }) => id)
}

function chargedBecause(
  { corrects, explanation }: ChargeRow,
  known: JourneyRow | undefined,
  joins: readonly string[],
): string | null {
  const { note } = known ?? {}
  const rules = (explanation as readonly TripPart[]).map(({ rule }) => rule)
  if (note === 'missing-exit' || note === 'missing-entry') {
    return rules.flatMap((rule) => COMPLETED_BY[rule] ?? [])[0] ?? `trip.${note}`
  }
  if (corrects > 0) return 'trip.corrected'
  return rules.some((rule) => joins.includes(rule)) ? 'trip.joined' : null
}

function endsOf(charge: Charge, found: readonly Tap[]): Pick<TripNotice, 'entry' | 'exit'> {
  const [first, last] = [found[0], found.at(-1)]
  if (first !== undefined && last !== undefined && first !== last) {
    return { entry: endOf(first), exit: endOf(last) }
  }
  const only = last === undefined ? null : endOf(last)
  if (last === undefined || OPENING.has(last.kind) || last.kind === 'purchase') {
    return { entry: only, exit: null }
  }
  // The card itself says where its ride began.
  const { startAt, from, line } = charge
  const began = last.entry === null ? null : { at: startAt, terminal: '', line, station: from }
  return { entry: began, exit: only }
}

function endOf({ at, terminal, line, station }: Tap): TripEnd {
  return { at, terminal, line, station }
}

/** The price in words; a part without words is told by the name of its rule. */
function partsOf({ explanation }: ChargeRow, charge: Charge): readonly TripPart[] {
  const told = explanation as readonly TripPart[]
  const sum = told.reduce((total, { amountFen }) => total + amountFen, 0)
  if (told.length > 0 && sum === charge.amountFen) {
    return told.map(({ rule, amountFen, zh, en }) => ({ rule, amountFen, zh, en }))
  }
  return charge.parts.map(({ rule, amountFen }) => ({ rule, amountFen, zh: rule, en: rule }))
}

/** The city whose fares hold for a mode; undefined before tariffs are published. */
function divisionOf({ tariffs }: Teller, mode: Tap['mode']): string | undefined {
  const found = tariffs.find(({ tariff }) => tariff.modes.includes(mode)) ?? tariffs[0]
  return found?.tariff.city
}

function compareNames([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}
