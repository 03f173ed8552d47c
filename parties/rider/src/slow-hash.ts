/**
 * A slow hash of 32 bytes: it runs on the device where the secret is typed, so that the secret
 * itself never travels.
 */
export type SlowHash = (secret: Uint8Array, salt: Uint8Array) => Promise<Uint8Array>

/** Some tenths of a second a guess; every browser and Node have it. */
const ITERATIONS = 600_000
const HASH_BITS = 256

/** PBKDF2 with HMAC-SHA-256 (RFC 8018) and 600 000 rounds, by the platform's Web Crypto. */
export const slowHash: SlowHash = async (secret, salt) => {
  const { subtle } = globalThis.crypto
  const key = await subtle.importKey('raw', new Uint8Array(secret), 'PBKDF2', false, ['deriveBits'])
  const rule = {
    name: 'PBKDF2',
    hash: 'SHA-256',
    salt: new Uint8Array(salt),
    iterations: ITERATIONS,
  }
  return new Uint8Array(await subtle.deriveBits(rule, key, HASH_BITS))
}
