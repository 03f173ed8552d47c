import { UnifareError } from '@unifare/core'
import { tdesEncrypt } from './des.ts'
import { ed25519KeyPair, ed25519PublicKey } from './ed25519.ts'
import {
  isSymmetric,
  type KeyAlgorithm,
  type KeyRef,
  keyPower,
  keyRefText,
  parseKeyRef,
} from './key-ref.ts'
import type { KeyEntry } from './key-store.ts'
import { p256KeyPair, p256PublicKey } from './p256.ts'
import type { RandomBytes } from './random-scalar.ts'
import { sha256 } from './sha256.ts'
import { sm2KeyPair, sm2PublicKey } from './sm2.ts'
import { sm4Encrypt } from './sm4.ts'

/** What a store needs to know of an algorithm. */
interface AlgorithmRules {
  generate(random: RandomBytes): Uint8Array
  /** What may be shown of a key: its public key, or the cipher of a zero block. */
  reveal(material: Uint8Array): Uint8Array
}

const RULES = {
  '3des': {
    generate: (random) => random(16),
    reveal: (key) => tdesEncrypt(key, new Uint8Array(8)),
  },
  sm4: { generate: (random) => random(16), reveal: (key) => sm4Encrypt(key, new Uint8Array(16)) },
  sm2: { generate: (random) => sm2KeyPair(random).privateKey, reveal: sm2PublicKey },
  ed25519: { generate: (random) => ed25519KeyPair(random).privateKey, reveal: ed25519PublicKey },
  p256: { generate: (random) => p256KeyPair(random).privateKey, reveal: p256PublicKey },
} as const satisfies Record<KeyAlgorithm, AlgorithmRules>

/**
 * A new key for a reference. Throws `key.bad-reference`, or `key.wrong-use` when use and algorithm
 * do not agree.
 */
export function generateKey(ref: KeyRef, random: RandomBytes): KeyEntry {
  requirePower(ref)
  return { ref, material: RULES[ref.algorithm].generate(random) }
}

/** Public key of a signing key. Throws `key.wrong-use` for a symmetric one. */
export function publicKeyOf({ ref, material }: KeyEntry): Uint8Array {
  if (isSymmetric(ref.algorithm)) throw wrongUse(ref, 'has no public key')
  return RULES[ref.algorithm].reveal(material)
}

/** Check value of a key, 3 bytes (reference reliability 6.2). */
export function checkValueOf({ ref, material }: KeyEntry): Uint8Array {
  const shown = RULES[ref.algorithm].reveal(material)
  return (isSymmetric(ref.algorithm) ? shown : sha256(shown)).slice(0, 3)
}

/** ECB of whole blocks under a card key. Throws `key.bad-material` for other lengths. */
export function cipherUnder(ref: KeyRef, key: Uint8Array, blocks: Uint8Array): Uint8Array {
  requireBlocks(ref, blocks)
  return ref.algorithm === 'sm4' ? sm4Encrypt(key, blocks) : tdesEncrypt(key, blocks)
}

/** Throws `key.bad-material` unless the data are whole blocks of the key's cipher. */
export function requireBlocks(ref: KeyRef, blocks: Uint8Array): void {
  const size = ref.algorithm === 'sm4' ? 16 : 8
  if (blocks.length === 0 || blocks.length % size !== 0) {
    throw new UnifareError('key.bad-material', `whole blocks of ${size} bytes are needed`)
  }
}

/** Throws unless a session key of the purse can be made: 3DES and 8 bytes of session data. */
export function requireSession(ref: KeyRef, session: Uint8Array): void {
  if (ref.algorithm !== '3des') throw wrongUse(ref, 'makes no session keys: 3DES does')
  if (session.length !== 8) {
    throw new UnifareError('key.bad-material', 'a session key is made of 8 bytes')
  }
}

/** Throws unless reference and length of the material make sense together. */
export function requireEntry({ ref, material, life }: KeyEntry): void {
  requirePower(ref)
  const bytes = isSymmetric(ref.algorithm) ? 16 : 32
  if (material.length !== (life?.state === 'destroyed' ? 0 : bytes)) {
    throw new UnifareError('key.bad-material', `${keyRefText(ref)}: wrong length of key material`)
  }
}

/** The refusal of a request that a key is not for. */
export function wrongUse(ref: KeyRef, why: string): UnifareError {
  return new UnifareError('key.wrong-use', `${keyRefText(ref)} ${why}`, { ref })
}

function requirePower(ref: KeyRef): void {
  parseKeyRef(keyRefText(ref))
  if (!keyPower(ref))
    throw wrongUse(ref, `cannot be used: ${ref.algorithm} does not fit ${ref.use}`)
}
