import { type Instant, nextDay, requireData, shanghaiDay, type Tx } from '@unifare/core'
import type { AccountRide } from '@unifare/fares'
import { parseTap, type Tap } from '@unifare/tap'
import { accountUnder, fareAccountOf, type LinkedRow, linked } from './account-keys.ts'
import { type RiddenRow, ratedBehind, ridden, versionAt } from './fare-accounts.ts'
import { passesOf, withPasses } from './passes.ts'
import { correctAll, correctableSince } from './rerating.ts'
import { type Books, tapKeyOf } from './statements/lone-journeys.ts'
import { taps } from './tables.ts'

/** Both media are shown to a clerk one after the other, and the clerk gives the order then. */
const BETWEEN_TAPS_MS = 5 * 60_000
const AFTER_TAPS_MS = 30 * 60_000
const SHANGHAI_MS = 8 * 3_600_000
const CARD = /^card\/(\d{8})\/\d{19}$/
const TOKEN = /^token\/(\d{8})\/[0-9A-F]{16}$/

type Order = Readonly<Record<string, unknown>>

/** Why two media are not linked: codes of `operatorErrors`. */
export type LinkRefusal =
  | 'operator.accounts-apart'
  | 'operator.medium-linked'
  | 'operator.link-ended'

/** What an operator answers to who links or unlinks media. */
export interface LinkAnswer {
  readonly answer: 'linked' | 'unlinked' | LinkRefusal
  /** Charges that were corrected. */
  readonly corrections: number
}

/**
 * An issuer says that a card and a scheme token, both its own, are of one rider who wants one
 * account over both. It can name its own media only: of those it knows the riders, and whatever it
 * says touches nobody else's. The token's whole month counts in the card's account from then on,
 * and is rated again from its first ride. Repeatable.
 */
export async function takeLink(
  tx: Tx,
  order: Order,
  { issuer, ...books }: Books & { readonly issuer: string },
): Promise<LinkAnswer> {
  const card = ownKey(order['card'], CARD, issuer)
  const token = ownKey(order['token'], TOKEN, issuer)
  const month = String(order['month'])
  requireData(isNear(month, books.at), 'message.malformed', `${month} is no month of now`)
  return link(tx, { card, token, month, proof: 'issuer' }, books)
}

/**
 * A clerk at a service point saw the rider present a card and a code: both taps were taken by the
 * same terminal of this operator, minutes apart and minutes ago. Throws `operator.bad-link-taps`.
 */
export async function takeTapLink(tx: Tx, order: Order, books: Books): Promise<LinkAnswer> {
  const [card, code] = await Promise.all([
    shown(tx, order['card'], 'card'),
    shown(tx, order['code'], 'code'),
  ])
  const times = [card.at, code.at]
  const token = fareAccountOf(code, books.operator)
  const fits =
    TOKEN.test(token) &&
    card.terminal === code.terminal &&
    Math.max(...times) - Math.min(...times) <= BETWEEN_TAPS_MS &&
    books.at - Math.min(...times) <= AFTER_TAPS_MS
  requireData(
    fits,
    'operator.bad-link-taps',
    'a card and a joined code, just shown at one terminal',
  )
  const month = shanghaiDay(code.at).slice(0, 7)
  const media = { card: fareAccountOf(card, books.operator), token, month }
  return link(tx, { ...media, proof: 'service-point' }, books)
}

/**
 * The issuer of a token ends its link with the day in Shanghai: rides up to then stay in the
 * common account, those of later days count in the token's own. Repeatable.
 */
export async function takeUnlink(
  tx: Tx,
  order: Order,
  { issuer, at }: { readonly issuer: string; readonly at: Instant },
): Promise<LinkAnswer> {
  const token = ownKey(order['token'], TOKEN, issuer)
  const [row] = await tx.get(linked, [{ token }])
  if (row !== undefined && row.until === 0) {
    // A day that is not over: no ride behind it can have been counted yet.
    const until = Date.parse(`${nextDay(shanghaiDay(at))}T00:00:00Z`) - SHANGHAI_MS
    await tx.put(linked, [{ ...row, until }])
  }
  return { answer: 'unlinked', corrections: 0 }
}

async function link(
  tx: Tx,
  media: Pick<LinkedRow, 'card' | 'token' | 'month' | 'proof'>,
  books: Books,
): Promise<LinkAnswer> {
  const refused = await refusalOf(tx, media, books)
  if (refused !== undefined) return { answer: refused, corrections: 0 }
  const [known] = await tx.get(linked, [{ token: media.token }])
  if (known !== undefined) return { answer: 'linked', corrections: 0 }
  const row: LinkedRow = { ...media, linkedAt: books.at, until: 0 }
  await tx.put(linked, [row])
  return { answer: 'linked', corrections: await rateTogether(tx, row, books) }
}

/** A card has one token a month and a token one card: nobody gathers the rides of several riders. */
async function refusalOf(
  tx: Tx,
  { card, token, month }: Pick<LinkedRow, 'card' | 'token' | 'month'>,
  { tariffs }: Books,
): Promise<LinkRefusal | undefined> {
  const shares = tariffs.some(({ tariff }) => tariff.accountOver === 'linked-media')
  if (!shares) return 'operator.accounts-apart'
  const [known] = await tx.get(linked, [{ token }])
  if (known !== undefined) {
    if (known.card !== card || known.month !== month) return 'operator.medium-linked'
    return known.until === 0 ? undefined : 'operator.link-ended'
  }
  const others = (await tx.select(linked, { card })).filter((row) => row.month === month)
  return others.length === 0 ? undefined : 'operator.medium-linked'
}

/** Rides that were counted by the token move to the card's account; both are rated again. */
async function rateTogether(tx: Tx, row: LinkedRow, books: Books): Promise<number> {
  const { operator, tariffs, at } = books
  const own = await tx.select(ridden, { account: row.token })
  const goes = (one: RiddenRow) => {
    const compiled = versionAt(tariffs, one)
    if (compiled === undefined) return false
    return accountUnder(compiled, { own: row.token, at: one.at, link: row }) === row.card
  }
  const gone = own.filter(goes)
  if (gone.length === 0) return 0
  // As if they came in now: a pass that the card holds covers them, too.
  const held = [...(await passesOf(tx, row.token)), ...(await passesOf(tx, row.card))]
  const moved = gone.map((one): RiddenRow => {
    const { passes: _, ...ride } = one.ride as AccountRide
    const compiled = versionAt(tariffs, one)
    const asked = compiled === undefined ? one.ride : withPasses(compiled, ride, held)
    return { ...one, ride: asked, account: row.card }
  })
  const known = new Map([
    [row.token, own.filter((one) => !goes(one))],
    [row.card, [...(await tx.select(ridden, { account: row.card })), ...moved]],
  ])
  const rerated = ratedBehind([...gone, ...moved], known, tariffs)
  const accounts = { fresh: () => moved, gone: () => gone }
  const { corrections } = await correctAll(
    tx,
    { accounts, rerated, priced: [] },
    { operator, correctSince: correctableSince(at) },
  )
  return corrections.length
}

/** Key of a medium that its own issuer names. Throws `operator.foreign-medium`. */
function ownKey(value: unknown, form: RegExp, issuer: string): string {
  const read = typeof value === 'string' ? form.exec(value) : null
  requireData(read !== null, 'message.malformed', `a medium is named ${form.source}`)
  requireData(read[1] === issuer, 'operator.foreign-medium', `${read[0]} is not of ${issuer}`)
  return read[0]
}

/** The month of now, or one beside it: credentials are fetched ahead, and orders come in late. */
function isNear(month: string, at: Instant): boolean {
  const [year, number] = shanghaiDay(at).split('-').map(Number) as [number, number]
  const named = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(month)
  if (named === null) return false
  return Math.abs((Number(named[1]) - year) * 12 + Number(named[2]) - number) <= 1
}

/** A tap that a terminal took from a medium: what it refused proves nothing. */
async function shown(tx: Tx, name: unknown, medium: 'card' | 'code'): Promise<Tap> {
  const [row] = await tx.get(taps, [tapKeyOf(String(name))])
  const taken =
    row?.medium === medium &&
    row.identity !== '' &&
    (row.state === 'open' || row.state === 'charged')
  requireData(taken, 'operator.bad-link-taps', `no ${medium} was taken as ${String(name)}`)
  return parseTap(row.raw)
}
