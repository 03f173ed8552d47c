import { type FeeRow, isPlain, rateOf } from '../fees.ts'

const WHOLE = 1_000_000
/** A sum that grows beyond this is put aside before it could lose a unit. */
export const SAFE = 2 ** 52

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

/**
 * Money by member, exact whole numbers: what `A − F + a`, `A − i` and `c` are made of (reference
 * clearing 1.6). A member may have several lines.
 */
export interface MemberSums {
  /** Members as the words of their 4 packed bytes; `operatorValues` has `OPERATOR_SUMS` for each. */
  readonly operators: Uint32Array
  readonly operatorValues: Float64Array
  /** `issuerValues` has `ISSUER_SUMS` for each. */
  readonly issuers: Uint32Array
  readonly issuerValues: Float64Array
}

/** Amount in fen; fee, operator's share and centre's part of it in micro-fen; number of charges. */
export const OPERATOR_SUMS = 5
/** Amount in fen, issuer's share of the fee in micro-fen, number of charges. */
export const ISSUER_SUMS = 3

/** Adds the money of a charge to the sums at two places. */
export type MoneyAdder = (
  operators: Float64Array,
  operatorAt: number,
  issuers: Float64Array,
  issuerAt: number,
  feeRow: number,
  amountFen: number,
) => void

const BOUNDED = -1

/** Opens what adds by the fee matrix; all parts are exact: `fen × ppm` of a 32-bit amount is below 2^53. */
export function createMoneyAdder(fees: readonly FeeRow[]): MoneyAdder {
  // A row whose fee is not one rate has a rate that there is not: one comparison tells it.
  const rates = Float64Array.from(fees, (row) => (isPlain(row) ? row.ratePpm : BOUNDED))
  const acquirerShares = Float64Array.from(fees, ({ acquirerSharePpm }) => acquirerSharePpm)
  const issuerShares = Float64Array.from(fees, ({ issuerSharePpm }) => issuerSharePpm)
  return (operators, operatorAt, issuers, issuerAt, feeRow, amountFen) => {
    const rate = rates[feeRow]!
    const feeMicro = rate === BOUNDED ? boundedFee(amountFen, fees[feeRow]!) : amountFen * rate
    const acquirerMicro = shareOf(feeMicro, acquirerShares[feeRow]!)
    const issuerMicro = shareOf(feeMicro, issuerShares[feeRow]!)
    operators[operatorAt]! += amountFen
    operators[operatorAt + 1]! += feeMicro
    operators[operatorAt + 2]! += acquirerMicro
    operators[operatorAt + 3]! += feeMicro - acquirerMicro - issuerMicro
    operators[operatorAt + 4]! += 1
    issuers[issuerAt]! += amountFen
    issuers[issuerAt + 1]! += issuerMicro
    issuers[issuerAt + 2]! += 1
  }
}

/** One line of sums: a member by its word, and its values. */
export interface SumLine {
  readonly member: number
  readonly values: readonly number[]
}

/** Lines of both sides. */
export interface SumLines {
  readonly operators: SumLine[]
  readonly issuers: SumLine[]
}

/** Adds the money of one charge of a pair to lines; taken back with the sign -1. */
export function pushMoney(
  lines: SumLines,
  pair: { readonly operator: number; readonly issuer: number },
  { amountFen, feeMicro, acquirerMicro, issuerMicro }: SettledMoney,
  sign: 1 | -1,
): void {
  const own = [amountFen, feeMicro, acquirerMicro, feeMicro - acquirerMicro - issuerMicro, 1]
  lines.operators.push({ member: pair.operator, values: own.map((value) => value * sign) })
  const share = [amountFen, issuerMicro, 1].map((value) => value * sign)
  lines.issuers.push({ member: pair.issuer, values: share })
}

/** Lines as columns, behind sums that there are already. */
export function withLines(lines: SumLines, before?: MemberSums): MemberSums {
  return {
    operators: joined(before?.operators, lines.operators),
    operatorValues: joinedValues(before?.operatorValues, lines.operators, OPERATOR_SUMS),
    issuers: joined(before?.issuers, lines.issuers),
    issuerValues: joinedValues(before?.issuerValues, lines.issuers, ISSUER_SUMS),
  }
}

function joined(before: Uint32Array = new Uint32Array(0), lines: readonly SumLine[]): Uint32Array {
  const all = new Uint32Array(before.length + lines.length)
  all.set(before)
  lines.forEach(({ member }, i) => {
    all[before.length + i] = member
  })
  return all
}

function joinedValues(
  before: Float64Array = new Float64Array(0),
  lines: readonly SumLine[],
  columns: number,
): Float64Array {
  const all = new Float64Array(before.length + lines.length * columns)
  all.set(before)
  lines.forEach(({ values }, i) => {
    all.set(values, before.length + i * columns)
  })
  return all
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
