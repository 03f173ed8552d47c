import { assert, UnifareError } from './errors.ts'

/** Amount in the minor unit of the stated currency: 1 fen = 0.01 CNY. Always a safe integer. */
export type Fen = number

/** Micro-fen per fen. Fees are counted in micro-fen (bigint) and rounded once. */
export const MICRO_PER_FEN = 1_000_000n

/** Parts in a million: the unit of every rate, so that `fen × ppm` is exact micro-fen. */
export type Ppm = number

/** Largest amount that a 4-byte purse or record field holds, in fen. */
export const FEN_MAX_U32 = 0xffff_ffff

/** Returns the value as fen or throws `money.not-integer` when it is not a safe integer. */
export function fen(value: number): Fen {
  if (!Number.isSafeInteger(value)) {
    throw new UnifareError('money.not-integer', `not a whole number of fen: ${value}`, { value })
  }
  return value
}

/** Exact sum in fen; throws `money.not-integer` when the sum leaves the safe range. */
export function sumFen(amounts: Iterable<Fen>): Fen {
  let total = 0
  for (const amount of amounts) total = fen(total + amount)
  return total
}

/** Exact product `amountFen × ratePpm`, in micro-fen. */
export function feeMicroFen(amountFen: Fen, ratePpm: Ppm): bigint {
  return BigInt(fen(amountFen)) * BigInt(ratePpm)
}

/** Rounds micro-fen to fen, halves away from zero. The only rounding of fees in the house. */
export function roundMicroFen(micro: bigint): Fen {
  const half = MICRO_PER_FEN / 2n
  const rounded = micro >= 0n ? (micro + half) / MICRO_PER_FEN : -((-micro + half) / MICRO_PER_FEN)
  return fen(Number(rounded))
}

/**
 * Splits an amount by whole weights: the parts sum to the amount exactly, each within 1 fen of
 * its share; left-over fen go to the largest remainders, ties to the earlier part.
 */
export function splitFen(amountFen: Fen, weights: readonly number[]): Fen[] {
  assert(amountFen >= 0 && weights.length > 0, 'split needs an amount >= 0 and at least one weight')
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n)
  assert(total > 0n, 'split needs a positive total weight')
  const amount = BigInt(fen(amountFen))
  const parts = weights.map((weight) => Number((amount * BigInt(weight)) / total))
  const order = weights
    .map((weight, index) => ({ index, remainder: (amount * BigInt(weight)) % total }))
    .sort((a, b) =>
      a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
    )
  let left = amountFen - parts.reduce((sum, part) => sum + part, 0)
  for (const { index } of order) {
    if (left === 0) break
    parts[index] = (parts[index] ?? 0) + 1
    left -= 1
  }
  return parts
}

/** `1234` fen as `12.34`, the form people read. */
export function formatYuan(amountFen: Fen): string {
  const sign = amountFen < 0 ? '-' : ''
  const digits = String(Math.abs(fen(amountFen))).padStart(3, '0')
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`
}
