import { UnifareError } from '@unifare/core'
import { type RandomBytes, toNumber, withRandomScalar, writeNumber } from './random-scalar.ts'
import {
  SM2_MAX_ID_BYTES,
  SM2_ORDER,
  type Sm2CurvePoint,
  Sm2Point,
  sm2PointOf,
  sm2SignedBytes,
} from './sm2-curve.ts'
import { sm3 } from './sm3.ts'

/** Private key of 32 bytes with its public key, compressed, 33 bytes. */
export interface KeyPair {
  readonly privateKey: Uint8Array
  readonly publicKey: Uint8Array
}

/** A signature asked for. `id` null signs plain SM3(message) without ZA (reference ride code 1.5). */
export interface Sm2SignInput extends KeyPair {
  readonly id: Uint8Array | null
  readonly message: Uint8Array
  /** Gives the nonce; it must never give the same bytes twice under one key. */
  readonly random: RandomBytes
}

/** A signature to check: public key of 33 or 65 bytes, signature r || s of 64 bytes. */
export interface Sm2VerifyInput {
  readonly publicKey: Uint8Array
  readonly id: Uint8Array | null
  readonly message: Uint8Array
  readonly signature: Uint8Array
  /**
   * Many others sign under this key, as an issuer does: an engine may keep more of it than of a
   * rider's. It changes no verdict.
   */
  readonly isFrequentKey?: boolean
}

const Fn = Sm2Point.Fn

/** A new SM2 key pair. */
export function sm2KeyPair(random: RandomBytes): KeyPair {
  // GM/T 0003.1: the private key lies in 1..n-2, since 1 + d must have an inverse.
  return withRandomScalar({ random, order: SM2_ORDER - 1n }, (scalar) => {
    const privateKey = new Uint8Array(32)
    writeNumber(scalar, privateKey, 0)
    return { privateKey, publicKey: Sm2Point.BASE.multiply(scalar).toBytes(true) }
  })
}

/** Public key, 33 bytes, of a private key; throws `key.bad-material` when it is none. */
export function sm2PublicKey(privateKey: Uint8Array): Uint8Array {
  return Sm2Point.BASE.multiply(privateScalar(privateKey)).toBytes(true)
}

/** The same point in 65 bytes; throws `key.bad-material` when it is not on the curve. */
export function sm2Decompress(publicKey: Uint8Array): Uint8Array {
  return requirePoint(publicKey).toBytes(false)
}

/**
 * Signs by GM/T 0003.2 and returns r || s, 64 bytes. Throws `key.bad-material` for a key that is
 * none; the caller answers for `publicKey` belonging to `privateKey`.
 */
export function sm2Sign(input: Sm2SignInput): Uint8Array {
  const d = privateScalar(input.privateKey)
  const e = sm2Digest(input.id, requirePoint(input.publicKey), input.message)
  const inverse = Fn.inv(Fn.create(d + 1n))
  return withRandomScalar({ random: input.random, order: SM2_ORDER }, (k) => {
    const r = Fn.create(e + Sm2Point.BASE.multiply(k).x)
    if (r === 0n || r + k === SM2_ORDER) return undefined
    const s = Fn.mul(inverse, Fn.create(k - Fn.mul(r, d)))
    if (s === 0n) return undefined
    const signature = new Uint8Array(64)
    writeNumber(r, signature, 0)
    writeNumber(s, signature, 32)
    return signature
  })
}

/** Whether the signature is good. Bad keys, lengths and ranges are an answer too: false. */
export function sm2Verify(input: Sm2VerifyInput): boolean {
  if (input.signature.length !== 64 || (input.id?.length ?? 0) > SM2_MAX_ID_BYTES) return false
  const r = toNumber(input.signature.subarray(0, 32))
  const s = toNumber(input.signature.subarray(32))
  if (r === 0n || r >= SM2_ORDER || s === 0n || s >= SM2_ORDER) return false
  const t = Fn.create(r + s)
  if (t === 0n) return false
  const key = sm2PointOf(input.publicKey)
  if (!key) return false
  const sum = Sm2Point.BASE.multiplyUnsafe(s).add(key.multiplyUnsafe(t))
  if (sum.is0()) return false
  return Fn.create(sm2Digest(input.id, key, input.message) + sum.x) === r
}

function sm2Digest(id: Uint8Array | null, key: Sm2CurvePoint, message: Uint8Array): bigint {
  return Fn.create(toNumber(sm3(sm2SignedBytes(id, key.toBytes(false), message))))
}

function requirePoint(publicKey: Uint8Array): Sm2CurvePoint {
  const point = sm2PointOf(publicKey)
  if (!point) throw new UnifareError('key.bad-material', 'the SM2 public key is not on the curve')
  return point
}

function privateScalar(privateKey: Uint8Array): bigint {
  const d = toNumber(privateKey)
  if (privateKey.length !== 32 || d === 0n || d >= SM2_ORDER - 1n) {
    throw new UnifareError('key.bad-material', 'the SM2 private key is out of range')
  }
  return d
}
