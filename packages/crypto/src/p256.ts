import { p256 } from '@noble/curves/nist.js'
import { UnifareError } from '@unifare/core'
import { type RandomBytes, withRandomScalar, writeNumber } from './random-scalar.ts'
import type { KeyPair } from './sm2.ts'

/** A new P-256 key pair: 32 bytes, and 33 bytes compressed. */
export function p256KeyPair(random: RandomBytes): KeyPair {
  return withRandomScalar({ random, order: p256.Point.Fn.ORDER }, (scalar) => {
    const privateKey = new Uint8Array(32)
    writeNumber(scalar, privateKey, 0)
    return { privateKey, publicKey: p256.getPublicKey(privateKey) }
  })
}

/** Public key, 33 bytes, of a private key; throws `key.bad-material` when it is none. */
export function p256PublicKey(privateKey32: Uint8Array): Uint8Array {
  if (!p256.utils.isValidSecretKey(privateKey32)) {
    throw new UnifareError('key.bad-material', 'the P-256 private key is out of range')
  }
  return p256.getPublicKey(privateKey32)
}

/** Uncompressed public key, 65 bytes, of a private key, as hardware wants it. */
export function p256Point(privateKey32: Uint8Array): Uint8Array {
  return p256.Point.fromBytes(p256PublicKey(privateKey32)).toBytes(false)
}

/** ECDSA with SHA-256 and the nonce of RFC 6979; r || s, 64 bytes. */
export function p256Sign(privateKey32: Uint8Array, message: Uint8Array): Uint8Array {
  return p256.sign(message, privateKey32, { lowS: false })
}

/** Whether the signature is good; bad keys, lengths and ranges give false. Either s is accepted. */
export function p256Verify(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length !== 64) return false
  try {
    return p256.verify(signature, message, publicKey, { lowS: false })
  } catch {
    return false
  }
}

/**
 * Shared secret of a private key and somebody's public key (ECDH, SEC 1 section 3.3.1): the x
 * coordinate, 32 bytes. Throws `key.bad-material` for a public key that is no point of the curve.
 */
export function p256SharedSecret(privateKey32: Uint8Array, publicKey: Uint8Array): Uint8Array {
  try {
    return p256.getSharedSecret(privateKey32, publicKey).slice(1, 33)
  } catch {
    throw new UnifareError('key.bad-material', 'no P-256 keys to agree on a secret with')
  }
}
