import { concat, fromHex, toHex } from '@unifare/core'

/**
 * SM2 over bigint in affine coordinates, as the standard writes it and as slow as it looks: a
 * third opinion that shares nothing with the other two, and may choose its digests.
 */
export const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn
export const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n
const B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n

export interface NaivePoint {
  readonly x: bigint
  readonly y: bigint
}

/** Null is the point at infinity. */
export type MaybePoint = NaivePoint | null

export const G: NaivePoint = {
  x: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  y: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
}

export function mod(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus
  return rest < 0n ? rest + modulus : rest
}

export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (let square = base, e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

/** 1/value by Euclid's algorithm; the modulus is prime and the value no multiple of it. */
export function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, u, v] = [mod(value, modulus), modulus, 1n, 0n]
  while (a > 1n) {
    const quotient = b / a
    ;[a, b, u, v] = [b - quotient * a, a, v - quotient * u, u]
  }
  return mod(u, modulus)
}

export const minus = (point: MaybePoint): MaybePoint => point && { x: point.x, y: P - point.y }

export function plus(a: MaybePoint, b: MaybePoint): MaybePoint {
  if (!a || !b) return a ?? b
  if (a.x === b.x && a.y !== b.y) return null
  const slope =
    a.x === b.x ? (3n * a.x * a.x - 3n) * inverse(2n * a.y, P) : (b.y - a.y) * inverse(b.x - a.x, P)
  const x = mod(slope * slope - a.x - b.x, P)
  return { x, y: mod(slope * (a.x - x) - a.y, P) }
}

export function times(scalar: bigint, point: MaybePoint): MaybePoint {
  let sum: MaybePoint = null
  for (let twice = point, k = mod(scalar, N); k > 0n; k >>= 1n) {
    if (k & 1n) sum = plus(sum, twice)
    twice = plus(twice, twice)
  }
  return sum
}

/** The point with this x and the even y, when there is one. */
export function lift(x: bigint): NaivePoint | undefined {
  const square = mod(x * x * x - 3n * x + B, P)
  const y = power(square, (P + 1n) / 4n, P)
  if (mod(y * y, P) !== square) return undefined
  return { x, y: y & 1n ? P - y : y }
}

/** Verification by GM/T 0003.2, 7.1, from the digest on. */
export function naiveVerify(options: {
  readonly key: NaivePoint
  readonly digest: bigint
  readonly r: bigint
  readonly s: bigint
}): boolean {
  const { key, digest, r, s } = options
  if (r < 1n || r >= N || s < 1n || s >= N) return false
  const t = mod(r + s, N)
  if (t === 0n) return false
  const sum = plus(times(s, G), times(t, key))
  return sum !== null && mod(digest + sum.x, N) === r
}

export const bytes32 = (value: bigint): Uint8Array =>
  fromHex(value.toString(16).padStart(64, '0').toUpperCase())

export const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes)}`)

export const signatureOf = (r: bigint, s: bigint): Uint8Array => concat(bytes32(r), bytes32(s))

export const compressed = ({ x, y }: NaivePoint): Uint8Array =>
  concat(Uint8Array.of(y & 1n ? 3 : 2), bytes32(x))

export const uncompressed = ({ x, y }: NaivePoint): Uint8Array =>
  concat(Uint8Array.of(4), bytes32(x), bytes32(y))
