import { equalBytes, fromHex, type Instant, requireData, toHex } from '@unifare/core'
import { sm2KeyPair } from '@unifare/crypto'
import { parseCredential } from '@unifare/ridecode'
import {
  entryFor,
  type KeyText,
  putEntries,
  type Shelf,
  type ShelfEntry,
  wishesOf,
} from './shelf.ts'

/** Seconds before its end from which a credential is renewed. */
export const RENEW_BEFORE_S = 3600

/** How many credentials of each kind a wallet keeps. */
export interface ShelfPlan {
  /** Pseudonyms of a day that the rider can change between, 1 to 4. */
  readonly slots: number
  /** People taken along; no more than the issuer grants are asked for. */
  readonly companions: number
}

/** What asks an issuer for credentials. */
export interface Renewing {
  readonly order: (body: Readonly<Record<string, unknown>>) => Promise<unknown>
  readonly random: (length: number) => Uint8Array
  readonly account: string
  readonly at: Instant
}

/** A key pair of codes, made on the device. */
export function newCodeKey(random: (length: number) => Uint8Array): KeyText {
  const { privateKey, publicKey } = sm2KeyPair(random)
  return { privateKey: toHex(privateKey), publicKey: toHex(publicKey) }
}

/**
 * Renews a shelf: the rider's credentials, then those of companions as far as the issuer grants
 * them. Every pseudonym has a key of its own, which a renewal within its day keeps. Throws
 * `wallet.foreign-credential` for credentials that were not asked for, and the issuer's refusals;
 * then nothing of the shelf has changed.
 */
export async function renewShelf(
  shelf: Shelf,
  plan: ShelfPlan,
  renewing: Renewing,
): Promise<Shelf> {
  const { slots } = plan
  const own = await renewFor(shelf, { slots, companions: [0] }, renewing)
  const count = Math.min(plan.companions, own.companionsMax)
  const companions = Array.from({ length: count }, (_, index) => index + 1)
  return count === 0 ? own : renewFor(own, { slots, companions }, renewing)
}

type Row = Readonly<Record<string, unknown>>

async function renewFor(
  shelf: Shelf,
  asked: { readonly slots: number; readonly companions: readonly number[] },
  { order, random, account, at }: Renewing,
): Promise<Shelf> {
  const fresh = wishesOf(shelf, { ...asked, at }).map((wish) => {
    const known = entryFor(shelf, wish)
    const { codeKey = newCodeKey(random), lastCodeS = 0 } = known ?? {}
    return { ...wish, codeKey, lastCodeS }
  })
  const wanted = fresh.map(({ day, slot, companion, codeKey }) => {
    return { day, slot, companion, userPublicKey: codeKey.publicKey }
  })
  const answer = ((await order({ do: 'ready', wanted })) ?? {}) as Row
  const given = answer['credentials']
  const whole =
    answer['account'] === account &&
    Array.isArray(given) &&
    given.length === fresh.length &&
    Number.isSafeInteger(answer['companionsMax'])
  requireData(
    whole,
    'wallet.foreign-credential',
    'the issuer answered something else than was asked',
  )
  const entries = fresh.map((one, index) => takeEntry(one, (given as unknown[])[index]))
  const nowS = Math.floor(at / 1000)
  const leftS = Math.min(...entries.map(({ untilS }) => untilS)) - nowS
  const renewAtS = nowS + leftS - Math.min(RENEW_BEFORE_S, Math.floor(leftS / 2))
  const companionsMax = Number(answer['companionsMax'])
  return { ...putEntries(shelf, entries, at), companionsMax, renewAtS }
}

function takeEntry(
  asked: Omit<ShelfEntry, 'number' | 'credential' | 'untilS'>,
  row: unknown,
): ShelfEntry {
  const text = String(((row ?? {}) as Row)['credential'])
  const { userPublicKey, cardAccount, authorisationExpiryS } = parseCredential(fromHex(text))
  requireData(
    equalBytes(userPublicKey, fromHex(asked.codeKey.publicKey)),
    'wallet.foreign-credential',
    'the issuer sent a credential for another key',
  )
  return { ...asked, number: cardAccount, credential: text, untilS: authorisationExpiryS }
}
