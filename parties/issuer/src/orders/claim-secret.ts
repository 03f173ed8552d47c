import { toHex, utf8 } from '@unifare/core'
import { claimHashOf } from './order-context.ts'

/**
 * A slow hash of 32 bytes, scrypt at the Node edge: it runs where the secret is typed, so that the
 * secret itself never travels and is in no journal.
 */
export type SlowHash = (secret: Uint8Array, salt: Uint8Array) => Promise<Uint8Array>

/** Letters of no two shapes alike, so that people can copy them. */
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const SECRET_LETTERS = 12

/** Makes a claim secret for a card that is sold: for its buyer, and what the issuer keeps of it. */
export async function newClaimSecret(
  random: (length: number) => Uint8Array,
  slowHash: SlowHash,
): Promise<{ readonly secret: string; readonly claimSalt: string; readonly claimHash: string }> {
  const secret = [...random(SECRET_LETTERS)].map((byte) => LETTERS[byte % LETTERS.length]).join('')
  const salt = random(16)
  const claimHash = claimHashOf(await slowHash(utf8(secret), salt))
  return { secret, claimSalt: toHex(salt), claimHash }
}
