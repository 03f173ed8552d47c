import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { UnifareError } from '@unifare/core'
import type { RandomBytes } from './random-scalar.ts'
import { sameMac } from './same-mac.ts'
import type { KeyPair } from './sm2.ts'

const { Point } = ed25519

/** A new Ed25519 key pair (RFC 8032): both halves have 32 bytes. */
export function ed25519KeyPair(random: RandomBytes): KeyPair {
  const privateKey = random(32)
  return { privateKey, publicKey: ed25519PublicKey(privateKey) }
}

/** Public key of a private key; throws `key.bad-material` unless it has 32 bytes. */
export function ed25519PublicKey(privateKey32: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(requirePrivate(privateKey32))
}

/** Signature of 64 bytes, a function of key and message alone. */
export function ed25519Sign(privateKey32: Uint8Array, message: Uint8Array): Uint8Array {
  return ed25519.sign(message, requirePrivate(privateKey32))
}

/**
 * Whether the signature is good; bad keys and lengths give false. The check is the one without
 * cofactor (RFC 8032, 5.1.7: encode(sB - kA) = R) and keys of small order are refused, so that
 * every engine gives the same verdict on crafted signatures too: verdicts enter the day's root.
 */
export function ed25519Verify(
  publicKey32: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length !== 64) return false
  const key = ed25519PointOf(publicKey32)
  if (!key) return false
  const s = littleEndian(signature.subarray(32))
  if (s >= Point.Fn.ORDER) return false
  const hashed = new Uint8Array(64 + message.length)
  hashed.set(signature.subarray(0, 32))
  hashed.set(publicKey32, 32)
  hashed.set(message, 64)
  const k = littleEndian(sha512(hashed)) % Point.Fn.ORDER
  const commitment = Point.BASE.multiplyUnsafe(s).add(key.negate().multiplyUnsafe(k))
  return sameMac(commitment.toBytes(), signature.subarray(0, 32))
}

/** Whether a public key may be used at all: canonical, on the curve, not of small order. */
export function isEd25519PublicKey(publicKey32: Uint8Array): boolean {
  return ed25519PointOf(publicKey32) !== undefined
}

function ed25519PointOf(publicKey32: Uint8Array) {
  if (publicKey32.length !== 32) return undefined
  try {
    const point = Point.fromBytes(publicKey32)
    return point.isSmallOrder() ? undefined : point
  } catch {
    return undefined
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  let number = 0n
  for (let at = bytes.length - 1; at >= 0; at--) number = (number << 8n) | BigInt(bytes[at]!)
  return number
}

function requirePrivate(privateKey32: Uint8Array): Uint8Array {
  if (privateKey32.length !== 32) {
    throw new UnifareError('key.bad-material', 'an Ed25519 private key has 32 bytes')
  }
  return privateKey32
}
