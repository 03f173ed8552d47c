import { type FeeRow, isPlain, rateOf } from '../fees.ts'
import { NO_FEE_ROW } from './verdict-rows.ts'

const WHOLE = 1_000_000
/** A sum that grows beyond this is put aside before it could lose a unit. */
export const SAFE = 2 ** 52
/** Amount in fen; fee, acquirer's share and issuer's share in micro-fen; number of charges. */
export const SUM_COLUMNS = 5

/** Money of a charge that settled, exact: fen, and micro-fen of its fee. */
export interface SettledMoney {
  readonly amountFen: number
  readonly feeMicro: number
  readonly acquirerMicro: number
  readonly issuerMicro: number
}

/** Money of an amount under a fee row. */
export function moneyOf(amountFen: number, row: FeeRow): SettledMoney {
  const feeMicro = isPlain(row) ? amountFen * row.ratePpm : boundedFee(amountFen, row)
  return {
    amountFen,
    feeMicro,
    acquirerMicro: shareOf(feeMicro, row.acquirerSharePpm),
    issuerMicro: shareOf(feeMicro, row.issuerSharePpm),
  }
}

/** The fee of a row with tiers, floor or cap: as exact as that of one rate, and as small. */
function boundedFee(amountFen: number, row: FeeRow): number {
  const { floorMicro = 0, capMicro = Number.MAX_SAFE_INTEGER } = row
  const fee = Math.max(amountFen * rateOf(row, amountFen), floorMicro)
  return Math.min(fee, capMicro, amountFen * WHOLE)
}

/** Money by lane and fee row, exact whole numbers: `values` has `SUM_COLUMNS` for every line. */
export interface LaneSums {
  /** Operators and issuers as the words of their 4 packed bytes; a pair may have several lines. */
  readonly operators: Uint32Array
  readonly issuers: Uint32Array
  readonly feeRows: Uint16Array
  readonly values: Float64Array
}

/** Adds the money of a charge to five sums at a place. */
export type MoneyAdder = (sums: Float64Array, at: number, feeRow: number, amountFen: number) => void

const BOUNDED = -1

/** Opens what adds by the fee matrix; all parts are exact: `fen × ppm` of a 32-bit amount is below 2^53. */
export function createMoneyAdder(fees: readonly FeeRow[]): MoneyAdder {
  // A row whose fee is not one rate has a rate that there is not: one comparison tells it.
  const rates = Float64Array.from(fees, (row) => (isPlain(row) ? row.ratePpm : BOUNDED))
  const acquirers = Float64Array.from(fees, ({ acquirerSharePpm }) => acquirerSharePpm)
  const issuers = Float64Array.from(fees, ({ issuerSharePpm }) => issuerSharePpm)
  return (sums, at, feeRow, amountFen) => {
    const rate = rates[feeRow]!
    const feeMicro = rate === BOUNDED ? boundedFee(amountFen, fees[feeRow]!) : amountFen * rate
    sums[at]! += amountFen
    sums[at + 1]! += feeMicro
    sums[at + 2]! += shareOf(feeMicro, acquirers[feeRow]!)
    sums[at + 3]! += shareOf(feeMicro, issuers[feeRow]!)
    sums[at + 4]! += 1
  }
}

/** Sums of one operator and issuer under a fee row. */
export interface SumLine {
  readonly operator: number
  readonly issuer: number
  readonly feeRow: number
  readonly values: readonly number[]
}

/** What a correction takes back, under the rules of its own day. */
export function takenBack(
  pair: Pick<SumLine, 'operator' | 'issuer'>,
  { amountFen, feeMicro, acquirerMicro, issuerMicro }: SettledMoney,
): SumLine {
  const values = [amountFen, feeMicro, acquirerMicro, issuerMicro, 1].map((value) => -value)
  return { ...pair, feeRow: NO_FEE_ROW, values }
}

/** Columns for so many lines. */
export function createSums(lines: number): LaneSums {
  return {
    operators: new Uint32Array(lines),
    issuers: new Uint32Array(lines),
    feeRows: new Uint16Array(lines),
    values: new Float64Array(lines * SUM_COLUMNS),
  }
}

/**
 * `⌊fee × share / 10⁶⌋` of a fee below 2^52, exact although the product may not fit: in two steps
 * that do. The first quotient is right although it is a float's: below 2^52 it is never so near to
 * the next whole number that it would be rounded to it.
 */
export function shareOf(feeMicro: number, sharePpm: number): number {
  const whole = Math.floor(feeMicro / WHOLE)
  const rest = feeMicro - whole * WHOLE
  return whole * sharePpm + Math.floor((rest * sharePpm) / WHOLE)
}
