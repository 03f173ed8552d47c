import type { CardEvidence, LoadHost } from '@unifare/card'
import { businessDay, type Fen, requireData, type Tx, toHex, utf8 } from '@unifare/core'
import { sha256 } from '@unifare/crypto'
import type { Input } from '@unifare/institution'
import { type Entry, postEntries } from '@unifare/ledger'
import { type CardRow, cards } from '../tables.ts'
import { type ServiceRow, services } from './tables.ts'
import { type CardTerms, termsOn } from './terms.ts'

/** The issuer's codes for its own cards: the keys stay behind these functions. */
export interface CardHost {
  readonly load: LoadHost
  /** Whether the TAC proves that the card was debited as the evidence says. */
  provesPurchase(evidence: CardEvidence): Promise<boolean>
}

/** What orders about cards are carried out with. */
export interface OrderOptions {
  readonly id: string
  readonly centre: string
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
  readonly cardHost: CardHost
  readonly terms: readonly CardTerms[]
}

/** Who asks, and the signed message with which an agent did. */
export interface Asker {
  readonly party: string
  readonly role: 'rider' | 'agent'
  /** Hexadecimal; empty for a rider. */
  readonly warrant: string
}

/** One order being carried out. */
export interface OrderContext extends OrderOptions {
  readonly tx: Tx
  readonly input: Input
  readonly asker: Asker
  readonly fields: Readonly<Record<string, unknown>>
}

const ORDER_NAME = /^[a-z0-9-]{8,64}$/
const CARD_NUMBER = /^\d{19}$/

/** Name of the order; throws `message.malformed`. */
export function orderName({ fields }: OrderContext): string {
  const name = fields['order']
  const fits = typeof name === 'string' && ORDER_NAME.test(name)
  requireData(fits, 'message.malformed', 'an order is named by 8 to 64 of a-z, 0-9 and -')
  return name
}

/** Card that the order speaks of, with its service row; throws `issuer.unknown-card`. */
export async function cardOf(
  { tx, fields }: Pick<OrderContext, 'tx' | 'fields'>,
  name = 'card',
): Promise<{ readonly card: CardRow; readonly service: ServiceRow }> {
  const number = fields[name]
  const fits = typeof number === 'string' && CARD_NUMBER.test(number)
  requireData(fits, 'message.malformed', `${name} is a card number of 19 digits`)
  return cardByNumber(tx, number)
}

/** A card of this issuer by its number; throws `issuer.unknown-card`. */
export async function cardByNumber(
  tx: Tx,
  number: string,
): Promise<{ readonly card: CardRow; readonly service: ServiceRow }> {
  const [card] = await tx.get(cards, [{ number }])
  requireData(card !== undefined, 'issuer.unknown-card', `${number} is no card of this issuer`)
  const [known] = await tx.get(services, [{ number }])
  return { card, service: known ?? newService(number) }
}

/** A card that nothing is known of but its number. */
export function newService(number: string): ServiceRow {
  return {
    number,
    state: 'live',
    onlineNumber: -1,
    depositFen: 0,
    rider: '',
    asker: '',
    challenge: '',
    claimSalt: '',
    claimHash: '',
    wrongSecrets: 0,
    lockedUntil: 0,
  }
}

/** Throws `issuer.card-ended` unless the card is in use. */
export function requireLive({ number, state }: ServiceRow): void {
  requireData(state === 'live', 'issuer.card-ended', `card ${number} is ${state}`)
}

/** Terms in force when the order was taken in. */
export function termsNow({ terms, input }: OrderContext): CardTerms {
  return termsOn(terms, businessDay(input.acceptedAt))
}

/** Books one movement of an order. */
export async function book(
  { tx, input }: Pick<OrderContext, 'tx' | 'input'>,
  entry: { readonly id: string; readonly kind: string; readonly order: string },
  postings: Entry['postings'],
): Promise<void> {
  const moving = postings.filter(({ amountFen }) => amountFen !== 0)
  if (moving.length === 0) return
  const { id, kind, order } = entry
  const day = businessDay(input.acceptedAt)
  const refs = { order }
  await postEntries(tx, [{ id, day, kind, postings: moving, refs, textKey: `issuer.${kind}` }])
}

/** Twelve digits that nobody knows before this issuer has signed for them. */
export async function challengeFor(
  { sign }: Pick<OrderContext, 'sign'>,
  what: string,
): Promise<string> {
  const secret = await sign(utf8(`unifare challenge ${what}`))
  return [...sha256(secret).subarray(0, 12)].map((byte) => byte % 10).join('')
}

/** Hash under which a claim secret's slow hash is kept. */
export function claimHashOf(slowHash: Uint8Array): string {
  return toHex(sha256(slowHash))
}

/** What the issuer's books say is left on a card. */
export function systemBalance({ loadedFen, spentFen }: CardRow): Fen {
  return loadedFen - spentFen
}
