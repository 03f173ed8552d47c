import { requireData, UnifareError } from '@unifare/core'

/**
 * A card as three words: the issuer's 8 digits as they stand in the record (packed decimal), and
 * the 19 digits of its number in the 64 bits behind: 9 digits and two bits of the tenth, 9 digits
 * and the other two bits. Every card has one key, and every key one card.
 */
export type CardKey = Uint32Array

/**
 * Reads the key of the card whose issuer and account (14 bytes of packed decimal, as taps and
 * charges carry them) stand at a place. False, and nothing written, where they are not 8 and 19
 * digits: no card is called that, and its evidence cannot verify.
 */
export function readCardKey(words: DataView, at: number, key: CardKey): boolean {
  return packCardKey(
    words.getUint32(at),
    words.getUint32(at + 4),
    words.getUint32(at + 8),
    words.getUint16(at + 12),
    key,
  )
}

/** The same of issuer and account as words: 4, 4, 4 and 2 bytes. */
export function packCardKey(
  issuer: number,
  high: number,
  low: number,
  rest: number,
  key: CardKey,
): boolean {
  const foreign = notDecimal(issuer) | notDecimal(high) | notDecimal(low) | notDecimal(rest >>> 4)
  if (foreign !== 0 || (rest & 0xf) !== 0xf) return false
  const tenth = (low >>> 24) & 0xf
  key[0] = issuer
  key[1] = (decimal8(high) * 10 + (low >>> 28)) | ((tenth & 3) << 30)
  key[2] = (decimal8(low & 0xffffff) * 1_000 + decimal8(rest >>> 4)) | ((tenth >>> 2) << 30)
  return true
}

/** Key of a card by its digits; throws `marks.malformed` where they are not 8 and 19. */
export function cardKeyOf(issuer: string, account: string): CardKey {
  requireData(
    /^\d{8}$/.test(issuer) && /^\d{19}$/.test(account),
    'marks.malformed',
    `no card: ${issuer} ${account}`,
  )
  const tenth = Number(account[9])
  return Uint32Array.of(
    Number.parseInt(issuer, 16),
    Number(account.slice(0, 9)) | ((tenth & 3) << 30),
    Number(account.slice(10)) | ((tenth >>> 2) << 30),
  )
}

/** The digits that a key stands for; throws `marks.malformed` where it is no card's. */
export function cardOfKey(
  high: number,
  middle: number,
  low: number,
): { readonly issuer: string; readonly account: string } {
  const tenth = (middle >>> 30) | ((low >>> 30) << 2)
  const [first, last] = [middle & 0x3fffffff, low & 0x3fffffff]
  const digits = Math.max(first, last) < 1_000_000_000 && tenth < 10
  if (!digits || notDecimal(high) !== 0) {
    throw new UnifareError('marks.malformed', 'a key that is no card')
  }
  const nine = (value: number) => String(value).padStart(9, '0')
  return {
    issuer: high.toString(16).padStart(8, '0'),
    account: `${nine(first)}${tenth}${nine(last)}`,
  }
}

/** Hash of a key, 32 bits, fixed for ever: snapshots stand in its order. */
export function cardKeyHash(high: number, middle: number, low: number): number {
  let hash = Math.imul(middle ^ 0x9e3779b9, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 15) ^ low, 0xc2b2ae35)
  hash = Math.imul(hash ^ (hash >>> 13) ^ high, 0x27d4eb2f)
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x9e3779b1)
  return (hash ^ (hash >>> 15)) >>> 0
}

/** Value of 8 packed digits. */
function decimal8(word: number): number {
  const pairs = (word & 0x0f0f0f0f) + ((word >>> 4) & 0x0f0f0f0f) * 10
  const fours = (pairs & 0x00ff00ff) + ((pairs >>> 8) & 0x00ff00ff) * 100
  return (fours & 0xffff) + (fours >>> 16) * 10_000
}

/** Not zero where a nibble is above 9. */
function notDecimal(word: number): number {
  return word & 0x88888888 & ((word << 1) | (word << 2))
}
