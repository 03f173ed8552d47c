import { fromHex, toHex, utf8 } from '@unifare/core'
import { sha256 } from '@unifare/crypto'
import type { SlowHash } from './slow-hash.ts'

/** Letters of no two shapes alike, so that people can copy them. */
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const SECRET_LETTERS = 12

/** A new claim secret 领取密码, for its rider to keep: 12 letters, 60 bits. */
export function newSecret(random: (length: number) => Uint8Array): string {
  return [...random(SECRET_LETTERS)].map((byte) => LETTERS[byte % LETTERS.length]).join('')
}

/** A secret as people type it: without spaces and hyphens around its groups. */
function typed(secret: string): Uint8Array {
  return utf8(secret.replaceAll(/[\s-]/g, ''))
}

/**
 * What the issuer keeps of a secret. The salt is made of the phone's key: the same wish sent again
 * is the same order.
 */
export async function keptOf(
  secret: string,
  { publicKey, slowHash }: { readonly publicKey: string; readonly slowHash: SlowHash },
): Promise<{ readonly claimSalt: string; readonly claimHash: string }> {
  const salt = sha256(utf8(`unifare salt ${publicKey}`)).subarray(0, 16)
  const claimHash = toHex(sha256(await slowHash(typed(secret), salt)))
  return { claimSalt: toHex(salt), claimHash }
}

/** What a sign-in sends of a secret. */
export async function sentOf(secret: string, salt: string, slowHash: SlowHash): Promise<string> {
  return toHex(await slowHash(typed(secret), fromHex(salt)))
}
