import { type Instant, requireData, shanghaiDay, type Tx } from '@unifare/core'
import { checkStatement, type MissingEnd, tariffInForce } from '@unifare/fares'
import { deliveryId, hasGate, parseTap, type Tap, type TripNotice } from '@unifare/tap'
import { rideOf } from '../ride-of.ts'
import { type JourneyRow, journeys, type TapRow, taps } from '../tables.ts'
import { tellAgain } from '../trips/tell-again.ts'
import { type Books, correctLone, missingEndOf, tapKeyOf } from './lone-journeys.ts'
import { isOver, missingOf } from './missing-end.ts'
import { type StatementRow, stationStatements } from './statement-tables.ts'

/** What an operator answers to a rider who states a station: taken, or the code of a refusal. */
export interface TakenStatement {
  readonly answer: string
  readonly notice: TripNotice | undefined
}

/** The word of a rider as the issuer passes it on. */
interface Word {
  readonly line: number
  readonly station: number
  readonly statedAt: Instant
  /** Statements of this rider that were taken here this year, by whatever numbers the codes showed. */
  readonly treated: number
}

/** A journey with one end, or why nothing can be stated for it. */
type Lone =
  | {
      readonly ok: true
      readonly tap: Tap
      readonly missing: MissingEnd
      readonly row?: JourneyRow
    }
  | { readonly ok: false; readonly code: string }

/**
 * Takes in from an issuer where a rider says that a journey began or ended of which one end is
 * missing (自助补登). A journey that still waits is priced to that station with the next charges;
 * one that was charged is corrected at once. What is refused is kept and told with its code, and may
 * be stated anew; what was taken stays. Idempotent.
 */
export async function takeStationStatement(
  tx: Tx,
  order: Readonly<Record<string, unknown>>,
  { issuer, ...books }: Books & { readonly issuer: string },
): Promise<TakenStatement> {
  const journey = String(order['journey'])
  const [row] = await tx.get(taps, [tapKeyOf(journey)])
  const owner = `code/${issuer}/${String(order['account'])}`
  requireData(row?.rider === owner, 'operator.no-trip', `no trip ${journey} of this account`)
  const word = wordOf(order, books.at)
  const [before] = await tx.get(stationStatements, [{ journey }])
  if (before?.refused === '') {
    const same = before.station === word.station && before.line === word.line
    return { answer: same ? 'taken' : 'trip.station-given', notice: undefined }
  }
  const lone = await loneOf(tx, row, books.at)
  if (!lone.ok) return { answer: lone.code, notice: undefined }
  const { tap, missing } = lone
  const year = shanghaiDay(tap.at).slice(0, 4)
  const refused = await check(tx, { row, lone, word, year, books })
  const { line, station, statedAt } = word
  const kept: StatementRow = { journey, rider: row.rider, year, line, station, statedAt, refused }
  await tx.put(stationStatements, [kept])
  if (refused === '' && lone.row !== undefined) await correctLone(tx, [lone.row], books)
  const told = { missing: await missingOf(tx, books, { tap, end: missing }) }
  return { answer: refused || 'taken', notice: await tellAgain(tx, journey, told) }
}

function wordOf(order: Readonly<Record<string, unknown>>, at: Instant): Word {
  const whole = (name: string) => {
    const value = order[name]
    const fits = Number.isSafeInteger(value) && Number(value) >= 0
    requireData(fits, 'message.malformed', `a statement has a whole number for ${name}`)
    return Number(value)
  }
  // What the issuer heard late counts from when it heard it, never from the future.
  const statedAt = Math.min(whole('statedAt'), at)
  return { line: whole('line'), station: whole('station'), treated: whole('treated'), statedAt }
}

/** The journey of a tap, when one end of it is missing and its time is over. */
async function loneOf(tx: Tx, row: TapRow, at: Instant): Promise<Lone> {
  const tap = parseTap(row.raw)
  if (row.state === 'charged') {
    const [known] = await tx.get(journeys, [{ id: deliveryId(row) }])
    const missing = known && missingEndOf(known)
    return known === undefined || missing === undefined
      ? { ok: false, code: 'trip.complete' }
      : { ok: true, tap, missing, row: known }
  }
  if (row.state !== 'open') return { ok: false, code: 'trip.nothing-asked' }
  const missing = tap.kind === 'entry' ? 'exit' : tap.kind === 'exit' ? 'entry' : undefined
  if (missing === undefined) return { ok: false, code: 'trip.complete' }
  if (missing === 'exit' && hasGate(tap.mode) && row.note !== 'passed') {
    return { ok: false, code: 'trip.unconfirmed' }
  }
  return isOver(tap, at) ? { ok: true, tap, missing } : { ok: false, code: 'trip.running' }
}

/** The code of a refusal; empty when the city takes the statement. */
async function check(
  tx: Tx,
  {
    row,
    lone: { tap, missing },
    word,
    year,
    books,
  }: {
    readonly row: TapRow
    readonly lone: Extract<Lone, { ok: true }>
    readonly word: Word
    readonly year: string
    readonly books: Books
  },
): Promise<string> {
  const found = tariffInForce(books.tariffs, tap.mode, tap.at)
  if (found === undefined) return 'fares.no-statement'
  const own = (await tx.select(stationStatements, { rider: row.rider })).filter(
    (one) => one.year === year && one.refused === '',
  )
  const result = checkStatement(found, {
    ride: { ...rideOf(found, books.acceptance, { last: tap, entry: null }).ride, line: word.line },
    missing,
    known: { station: tap.station, at: tap.at },
    station: word.station,
    statedAt: word.statedAt,
    outBy: Math.min(word.statedAt, await nextSeen(tx, row)),
    treated: Math.max(own.length, word.treated),
  })
  return result.ok ? '' : result.code
}

/** When the same medium was seen next; far in the future when never. */
async function nextSeen(tx: Tx, { rider, at }: TapRow): Promise<Instant> {
  const later = (await tx.select(journeys, { rider })).map(({ openedAt }) => openedAt)
  return Math.min(Number.MAX_SAFE_INTEGER, ...later.filter((openedAt) => openedAt > at))
}
