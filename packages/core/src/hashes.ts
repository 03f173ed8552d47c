import { sha256 } from '@noble/hashes/sha2.js'
import { crc32 } from './crc32.ts'

/**
 * Hashes by whichever implementation the host has. All give the same answers; they differ in speed
 * only. The parts of what is hashed stand one behind the other.
 */
export interface Hashes {
  sha256(...parts: readonly Uint8Array[]): Uint8Array
  crc32(...parts: readonly Uint8Array[]): number
}

/** The hashes that run everywhere, browsers included. */
export const pureHashes: Hashes = {
  sha256(...parts) {
    const hash = sha256.create()
    for (const part of parts) hash.update(part)
    return hash.digest()
  },
  crc32,
}
