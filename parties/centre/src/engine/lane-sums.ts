import { type FeeRow, isPlain, rateOf } from '../fees.ts'
import { NO_FEE_ROW } from './verdict-rows.ts'

const WHOLE = 1_000_000
/** A sum that grows beyond this is put aside before it could lose a unit. */
const SAFE = 2 ** 52
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

/** Sums that grow charge by charge. */
export interface SumWriter {
  /** Forgets everything that was added. */
  begin(): void
  /** Adds a charge to a lane. */
  add(lane: number, feeRow: number, amountFen: number): void
  /** Takes back what a charge settled under the rules of its own day. */
  takeBack(lane: number, money: SettledMoney): void
  /** All that was added; who the lanes are for is known to the caller. */
  sums(operators: Uint32Array, issuers: Uint32Array): LaneSums
}

const NO_ROW = -1
const BOUNDED = -1

/** Opens sums; all parts are exact: `fen × ppm` of a 32-bit amount is below 2^53. */
export function createLaneSums(fees: readonly FeeRow[]): SumWriter {
  // Almost every lane has one fee row: it lies at the lane's own place. The others are put aside.
  let own = new Int32Array(1_024).fill(NO_ROW)
  let values = new Float64Array(1_024 * SUM_COLUMNS)
  const aside: { lane: number; feeRow: number; values: Float64Array }[] = []
  /** Lanes with a sum of their own, in the order in which they came. */
  let used = new Uint32Array(1_024)
  let usedCount = 0
  // A row whose fee is not one rate has a rate that there is not: one comparison tells it.
  const rates = fees.map((row) => (isPlain(row) ? row.ratePpm : BOUNDED))
  const acquirers = fees.map(({ acquirerSharePpm }) => acquirerSharePpm)
  const issuers = fees.map(({ issuerSharePpm }) => issuerSharePpm)

  function grow(lanes: number): void {
    const more = new Int32Array(lanes * 2).fill(NO_ROW)
    more.set(own)
    own = more
    const wider = new Float64Array(lanes * 2 * SUM_COLUMNS)
    wider.set(values)
    values = wider
    const longer = new Uint32Array(own.length)
    longer.set(used)
    used = longer
  }

  function putAside(lane: number, feeRow: number): void {
    const at = lane * SUM_COLUMNS
    aside.push({ lane, feeRow, values: values.slice(at, at + SUM_COLUMNS) })
    values.fill(0, at, at + SUM_COLUMNS)
  }

  return {
    begin() {
      for (let i = 0; i < usedCount; i++) {
        const at = used[i]! * SUM_COLUMNS
        own[used[i]!] = NO_ROW
        values.fill(0, at, at + SUM_COLUMNS)
      }
      usedCount = 0
      aside.length = 0
    },
    add(lane, feeRow, amountFen) {
      if (lane >= own.length) grow(lane)
      const at = lane * SUM_COLUMNS
      if (own[lane] !== feeRow) {
        if (own[lane] === NO_ROW) used[usedCount++] = lane
        else putAside(lane, own[lane]!)
        own[lane] = feeRow
      }
      const rate = rates[feeRow]!
      const feeMicro = rate === BOUNDED ? boundedFee(amountFen, fees[feeRow]!) : amountFen * rate
      values[at]! += amountFen
      values[at + 1]! += feeMicro
      values[at + 2]! += shareOf(feeMicro, acquirers[feeRow]!)
      values[at + 3]! += shareOf(feeMicro, issuers[feeRow]!)
      values[at + 4]! += 1
      if (values[at + 1]! > SAFE || values[at]! > SAFE) putAside(lane, feeRow)
    },
    takeBack(lane, { amountFen, feeMicro, acquirerMicro, issuerMicro }) {
      const back = [amountFen, feeMicro, acquirerMicro, issuerMicro, 1].map((value) => -value)
      aside.push({ lane, feeRow: NO_FEE_ROW, values: Float64Array.from(back) })
    },
    sums(operatorOf, issuerOf) {
      const lanes = used.subarray(0, usedCount)
      const count = lanes.length + aside.length
      const sums = {
        operators: new Uint32Array(count),
        issuers: new Uint32Array(count),
        feeRows: new Uint16Array(count),
        values: new Float64Array(count * SUM_COLUMNS),
      }
      const put = (line: number, lane: number, feeRow: number, from: Float64Array) => {
        sums.operators[line] = operatorOf[lane]!
        sums.issuers[line] = issuerOf[lane]!
        sums.feeRows[line] = feeRow
        sums.values.set(from, line * SUM_COLUMNS)
      }
      lanes.forEach((lane, line) => {
        const at = lane * SUM_COLUMNS
        put(line, lane, own[lane]!, values.subarray(at, at + SUM_COLUMNS))
      })
      aside.forEach((one, i) => {
        put(lanes.length + i, one.lane, one.feeRow, one.values)
      })
      return sums
    },
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
