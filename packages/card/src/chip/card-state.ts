import type { RandomBytes } from '@unifare/crypto'
import type { Command } from '../apdu.ts'
import { answerBytes } from '../apdu.ts'
import { SW } from '../status-words.ts'

/** What a key on the card is for (reference card 5.1). */
export const CARD_KEY_USES = [
  'purchase',
  'load',
  'tac',
  'maintenance',
  'pin-unblock',
  'pin-reload',
  'external-auth',
  'internal-auth',
] as const
export type CardKeyUse = (typeof CARD_KEY_USES)[number]

/** Key systems that a purse may belong to: 交通部 (T-Union) and 住建部 (city union). */
export const PURSE_SCHEMES = ['mot', 'mohurd'] as const
export type PurseScheme = (typeof PURSE_SCHEMES)[number]

/** A key on the card, 16 bytes. `algorithm` is the byte of INIT answers. */
export interface CardKey {
  readonly use: CardKeyUse
  readonly index: number
  readonly version: number
  readonly algorithm: number
  readonly key: Uint8Array
}

/** A ring of equal records, newest first. */
export interface CyclicFile {
  readonly capacity: number
  readonly recordBytes: number
  readonly records: readonly Uint8Array[]
}

/** What GET TRANSACTION PROVE answers with, kept until the next INIT that succeeds. */
export interface Proof {
  readonly type: number
  readonly number: number
  readonly mac2: Uint8Array
  readonly tac: Uint8Array
}

/** The holder's PIN, 2 to 6 bytes. */
export interface CardPin {
  readonly value: Uint8Array
  readonly triesLeft: number
  readonly triesMax: number
}

/** An application of a third scheme on the card: it is shown and otherwise left alone. */
export interface ForeignApplication {
  readonly name: Uint8Array
  readonly fci: Uint8Array
}

/** How far a purse is locked; `card` locks everything on the card, for ever. */
export const LOCKS = ['none', 'temporary', 'permanent', 'card'] as const

/**
 * A purse and all that survives the loss of the field. A commit replaces it whole. The first
 * purse of a card also holds what else is on it.
 */
export interface CardMemory {
  readonly aid: Uint8Array
  readonly scheme: PurseScheme
  readonly lock: (typeof LOCKS)[number]
  readonly balanceFen: number
  readonly balanceLimitFen: number
  /** Overdraft that GET BALANCE shows on some cities' cards; no purchase ever uses it. */
  readonly overdraftFen: number
  readonly pin: CardPin | null
  /** Whether a load needs the PIN. */
  readonly loadNeedsPin: boolean
  /** Wrong secure-messaging MACs in a row. */
  readonly wrongMacs: number
  /** Chip number that the city-union scheme puts into MAC1, 9 bytes; empty in other purses. */
  readonly uid: Uint8Array
  /** Next purchase counter, as INIT returns it. */
  readonly offlineNumber: number
  readonly onlineNumber: number
  /** Content of transparent files, by SFI. */
  readonly binaries: Readonly<Record<number, Uint8Array>>
  readonly cyclic: Readonly<Record<number, CyclicFile>>
  /** Records of EF 1A in file order, by SFI. */
  readonly variable: Readonly<Record<number, readonly Uint8Array[]>>
  readonly keys: readonly CardKey[]
  readonly proof: Proof | null
  /** Whether the electronic-cash face shows the same purse under its own identifier. */
  readonly cash: boolean
  /** Purses beside this one, each with its own keys and money. */
  readonly others: readonly CardMemory[]
  readonly foreign: readonly ForeignApplication[]
}

/** A record that waits for DEBIT. */
export interface CachedRecord {
  readonly sfi: number
  /** Place in a variable file; ignored for a cyclic one. */
  readonly index: number
  readonly bytes: Uint8Array
}

/** What INIT opened. Loss of the field, or any command that is not part of it, drops it. */
export type PurseSession =
  | {
      readonly kind: 'purchase' | 'composite'
      readonly key: CardKey
      readonly tacKey: CardKey
      readonly amountFen: number
      readonly terminal: Uint8Array
      readonly random: Uint8Array
      readonly cache: readonly CachedRecord[]
    }
  | {
      readonly kind: 'load'
      readonly tacKey: CardKey
      readonly amountFen: number
      readonly terminal: Uint8Array
      readonly sessionKey: Uint8Array
    }

/** What the loss of the field erases. */
export interface CardSession {
  readonly selected: 'none' | 'directory' | 'purse' | 'cash' | 'foreign'
  /** Which purse is selected: 0 the first, then `others`. */
  readonly purseAt: number
  /** The PIN was shown since the purse was selected. */
  readonly verified: boolean
  /** EXTERNAL AUTHENTICATE succeeded since the purse was selected. */
  readonly authenticated: boolean
  readonly challenge: Uint8Array | null
  /** Wrong MACs of purchases and loads since the card came into the field. */
  readonly wrongMacs: number
  readonly purse: PurseSession | null
}

/** A card: an immutable value. Every command makes the next one. */
export interface Card {
  readonly memory: CardMemory
  readonly session: CardSession
}

/** What a command leads to. */
export interface CardStep {
  readonly card: Card
  readonly response: Uint8Array
}

/** What a command handler gets. */
export interface CardCall {
  readonly card: Card
  readonly command: Command
  readonly random: RandomBytes
}

/** Answers without a change. */
export function refuse(card: Card, sw: number): CardStep {
  return { card, response: answerBytes(sw) }
}

/** Answers 9000 with data. */
export function reply(card: Card, data?: Uint8Array): CardStep {
  return { card, response: answerBytes(SW.ok, data) }
}

/** The card with an other purse session, or without one. */
export function withPurse(card: Card, purse: PurseSession | null): Card {
  return card.session.purse === purse ? card : { ...card, session: { ...card.session, purse } }
}

/** Status word for a Le that does not fit an answer of `length` bytes; Le may be left out or 00. */
export function wrongLe({ le }: Command, length: number): number | undefined {
  return le === undefined || le === 256 || le === length ? undefined : SW.wrongLe + length
}

/** The card after a wrong MAC1 or MAC2: the transaction is dropped and the mistake is counted. */
export function withWrongMac(card: Card): Card {
  const { session } = card
  return { ...card, session: { ...session, purse: null, wrongMacs: session.wrongMacs + 1 } }
}

/** First key with this use, and this index where one is asked for. */
export function findKey(memory: CardMemory, use: CardKeyUse, index?: number): CardKey | undefined {
  return memory.keys.find((key) => key.use === use && (index === undefined || key.index === index))
}
