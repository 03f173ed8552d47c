import { utf8 } from '@unifare/core'
import { makeCardNumber } from '@unifare/registry'
import { hmacSm3 } from '@unifare/ridecode'

/** Serial numbers of pseudonyms begin here, and those of accounts end: the two never meet. */
export const FIRST_PSEUDONYM_SERIAL = 6_000_000_000
const PSEUDONYMS_MAX = 10_000_000_000 - FIRST_PSEUDONYM_SERIAL
const ROUNDS = 8
const HALF = 0x10000

/**
 * Serial number of the n-th pseudonym: a permutation under a secret of the issuer (a Feistel network
 * of HMAC-SM3 that is walked until it falls into the range), so that no two are the same and who
 * sees some of them learns nothing of the others (reference ridecode 3, format-preserving mapping).
 */
export function pseudonymSerial(secret: Uint8Array, count: number): number {
  if (!Number.isSafeInteger(count) || count < 0 || count >= PSEUDONYMS_MAX) {
    throw new TypeError(`no pseudonym has the count ${count}`)
  }
  let value = permute(secret, count)
  while (value >= PSEUDONYMS_MAX) value = permute(secret, value)
  return FIRST_PSEUDONYM_SERIAL + value
}

/** A permutation of the 32-bit numbers. */
function permute(secret: Uint8Array, value: number): number {
  let left = Math.floor(value / HALF)
  let right = value % HALF
  for (let round = 0; round < ROUNDS; round++) {
    const [high = 0, low = 0] = hmacSm3(secret, utf8(`pseudonym ${round} ${right}`))
    ;[left, right] = [right, left ^ (high * 0x100 + low)]
  }
  return left * HALF + right
}

/** The n-th pseudonym of an issuer: a card account of its prefix, and a payment account that says nothing. */
export function pseudonymOf(
  secret: Uint8Array,
  { iin, count }: { readonly iin: string; readonly count: number },
): { readonly number: string; readonly paymentAccount: string } {
  const digits = [...hmacSm3(secret, utf8(`payment ${count}`)).subarray(0, 16)]
  return {
    number: makeCardNumber({ iin, serial: pseudonymSerial(secret, count) }),
    paymentAccount: digits.map((byte) => byte % 10).join(''),
  }
}
