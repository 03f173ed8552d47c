import type { Fen, Ppm } from '@unifare/core'
import type { Rounding } from './tariff.ts'

const MILLION = 1_000_000

/**
 * `amountFen × ppm / 1000000`, rounded as stated. Exact: whole numbers only, and big ones where
 * the product leaves the safe range. Both are at least 0.
 */
export function shareFen(amountFen: Fen, ppm: Ppm, rounding: Rounding): Fen {
  const product = amountFen * ppm
  const unit = rounding.unitFen * MILLION
  if (!Number.isSafeInteger(product) || !Number.isSafeInteger(unit)) {
    return bigShareFen(amountFen, ppm, rounding)
  }
  const rest = product % unit
  const down = (product - rest) / unit
  return (down + (goesUp(rest, unit - rest, rounding) ? 1 : 0)) * rounding.unitFen
}

function bigShareFen(amountFen: Fen, ppm: Ppm, rounding: Rounding): Fen {
  const product = BigInt(amountFen) * BigInt(ppm)
  const unit = BigInt(rounding.unitFen) * BigInt(MILLION)
  const rest = product % unit
  const up = goesUp(rest, unit - rest, rounding)
  return Number((product / unit + (up ? 1n : 0n)) * BigInt(rounding.unitFen))
}

function goesUp(rest: number | bigint, missing: number | bigint, { direction }: Rounding): boolean {
  switch (direction) {
    case 'down':
      return false
    case 'up':
      return rest > 0
    case 'half-up':
      return rest > 0 && rest >= missing
  }
}
