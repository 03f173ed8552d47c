import { weierstrass } from '@noble/curves/abstract/weierstrass.js'
import { fromHex } from '@unifare/core'
import { toNumber } from './random-scalar.ts'
import { sm3 } from './sm3.ts'

/** Parameters of the recommended curve (GM/T 0003.5-2012 / GB/T 32918.5-2017). */
const PARAMETERS = {
  p: 'FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF',
  n: 'FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123',
  a: 'FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC',
  b: '28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93',
  Gx: '32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7',
  Gy: 'BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0',
} as const

/** Points of the curve; the generator carries a window table, made at first use. */
export const Sm2Point = weierstrass({
  p: toNumber(fromHex(PARAMETERS.p)),
  n: toNumber(fromHex(PARAMETERS.n)),
  h: 1n,
  a: toNumber(fromHex(PARAMETERS.a)),
  b: toNumber(fromHex(PARAMETERS.b)),
  Gx: toNumber(fromHex(PARAMETERS.Gx)),
  Gy: toNumber(fromHex(PARAMETERS.Gy)),
})
Sm2Point.BASE.precompute(8)

/** A point of the SM2 curve. */
export type Sm2CurvePoint = InstanceType<typeof Sm2Point>

/** Order of the generator. */
export const SM2_ORDER: bigint = Sm2Point.Fn.ORDER

/** The id that GM/T 0009 gives to every signer without another one: `1234567812345678`. */
export const SM2_DEFAULT_ID: Uint8Array = new TextEncoder().encode('1234567812345678')

/** Longest id: its length in bits must fit two bytes. */
export const SM2_MAX_ID_BYTES = 8191

const CURVE_BYTES = fromHex(PARAMETERS.a + PARAMETERS.b + PARAMETERS.Gx + PARAMETERS.Gy)

/**
 * ZA: SM3 over the id with its length in bits, the curve and the public key (GM/T 0003.2, 5.5).
 * `point` is the uncompressed key, 65 bytes.
 */
export function sm2Za(id: Uint8Array, point: Uint8Array): Uint8Array {
  if (id.length > SM2_MAX_ID_BYTES)
    throw new TypeError(`an SM2 id has at most ${SM2_MAX_ID_BYTES} bytes`)
  const input = new Uint8Array(2 + id.length + CURVE_BYTES.length + 64)
  input[0] = (id.length * 8) >> 8
  input[1] = (id.length * 8) & 0xff
  input.set(id, 2)
  input.set(CURVE_BYTES, 2 + id.length)
  input.set(point.subarray(1), 2 + id.length + CURVE_BYTES.length)
  return sm3(input)
}

/** What SM3 hashes for a signature: ZA || message, or the bare message where the id is null. */
export function sm2SignedBytes(
  id: Uint8Array | null,
  point: Uint8Array,
  message: Uint8Array,
): Uint8Array {
  if (id === null) return message
  const bytes = new Uint8Array(32 + message.length)
  bytes.set(sm2Za(id, point))
  bytes.set(message, 32)
  return bytes
}

/** Whether the bytes have the form of a key: 33 bytes 02/03, or 65 bytes 04 (hybrid forms have not). */
export function isSm2KeyForm(publicKey: Uint8Array): boolean {
  const head = publicKey[0]
  return publicKey.length === 33 ? head === 2 || head === 3 : publicKey.length === 65 && head === 4
}

/** The point of a key; undefined when there is none. */
export function sm2PointOf(publicKey: Uint8Array): Sm2CurvePoint | undefined {
  if (!isSm2KeyForm(publicKey)) return undefined
  try {
    return Sm2Point.fromBytes(publicKey)
  } catch {
    return undefined
  }
}
