import { UnifareError } from '@unifare/core'

/** A source of random bytes: of the operating system, or of a seed. */
export type RandomBytes = (length: number) => Uint8Array

const MAX_TRIES = 128

/** Number of big-endian bytes. */
export function toNumber(bytes: Uint8Array): bigint {
  let number = 0n
  for (let at = 0; at < bytes.length; at++) number = (number << 8n) | BigInt(bytes[at]!)
  return number
}

/** Big-endian bytes of a number below 2^256, 32 of them, written at an offset. */
export function writeNumber(number: bigint, out: Uint8Array, at: number): void {
  let rest = number
  for (let i = at + 31; i >= at; i--) {
    out[i] = Number(rest & 0xffn)
    rest >>= 8n
  }
}

/**
 * Draws 32 bytes until `use` accepts the number in 1..order-1; others are rejected, never reduced,
 * so that every number is equally likely. Throws `key.bad-random` when the source is stuck.
 */
export function withRandomScalar<T>(
  options: { readonly random: RandomBytes; readonly order: bigint },
  use: (scalar: bigint) => T | undefined,
): T {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const bytes = options.random(32)
    if (bytes.length !== 32) break
    const scalar = toNumber(bytes)
    if (scalar === 0n || scalar >= options.order) continue
    const result = use(scalar)
    if (result !== undefined) return result
  }
  throw new UnifareError('key.bad-random', 'the random source gives no usable numbers')
}
