import { type Day, type Fen, feeMicroFen, type Ppm, requireData } from '@unifare/core'
import type { Mode } from '@unifare/tap'

const WHOLE = 1_000_000n

/** From this amount on another rate holds, for the whole amount. */
export interface FeeTier {
  readonly fromFen: Fen
  readonly ratePpm: Ppm
}

/**
 * A row of the fee matrix (reference clearing 1.6 and 1.9): the fee as a part of the amount, and
 * how the fee is shared; what acquirer and issuer do not get is the centre's. `any` matches
 * everything. Floor and cap hold for the fee of one charge; a fee is never more than its charge.
 */
export interface FeeRow {
  readonly id: string
  readonly mode: Mode | 'any'
  readonly acquirer: string
  readonly issuer: string
  readonly ratePpm: Ppm
  readonly acquirerSharePpm: Ppm
  readonly issuerSharePpm: Ppm
  /** Rates of larger amounts, by ascending amount; `ratePpm` holds below the first. */
  readonly tiers?: readonly FeeTier[]
  /** Least and most that the fee of a charge is, in micro-fen. */
  readonly floorMicro?: number
  readonly capMicro?: number
  readonly validFrom: Day
  readonly validTo: Day | null
  readonly source: string
}

/** The fee of one charge, exact, in micro-fen. `feeMicro` = acquirer + issuer + centre. */
export interface Fee {
  readonly row: string
  readonly feeMicro: bigint
  readonly acquirerMicro: bigint
  readonly issuerMicro: bigint
  readonly centreMicro: bigint
}

/** Fees of the demonstration network: ours, dated, not those of any real scheme. */
export const DEMONSTRATION_FEES: readonly FeeRow[] = [
  {
    id: 'any',
    mode: 'any',
    acquirer: 'any',
    issuer: 'any',
    ratePpm: 6_000,
    acquirerSharePpm: 150_000,
    issuerSharePpm: 500_000,
    validFrom: '2026-01-01',
    validTo: null,
    source: 'ours',
  },
  {
    id: 'bicycle',
    mode: 'bicycle',
    acquirer: 'any',
    issuer: 'any',
    ratePpm: 3_000,
    acquirerSharePpm: 333_333,
    issuerSharePpm: 333_333,
    validFrom: '2026-01-01',
    validTo: null,
    source: 'ours',
  },
  {
    id: 'taxi',
    mode: 'taxi',
    acquirer: 'any',
    issuer: 'any',
    ratePpm: 8_000,
    acquirerSharePpm: 0,
    issuerSharePpm: 625_000,
    validFrom: '2026-01-01',
    validTo: null,
    source: 'ours',
  },
]

/** What decides over the fee row of a ride. */
export interface FeeQuestion {
  readonly mode: Mode
  readonly acquirer: string
  readonly issuer: string
  readonly day: Day
}

/** The most specific row in force: issuer before acquirer before mode. Undefined when none fits. */
export function feeRowOf(rows: readonly FeeRow[], asked: FeeQuestion): FeeRow | undefined {
  let row: FeeRow | undefined
  for (const one of rows) {
    const fits =
      (one.mode === 'any' || one.mode === asked.mode) &&
      (one.acquirer === 'any' || one.acquirer === asked.acquirer) &&
      (one.issuer === 'any' || one.issuer === asked.issuer) &&
      one.validFrom <= asked.day &&
      (one.validTo === null || asked.day < one.validTo)
    if (fits && (row === undefined || specificity(one) > specificity(row))) row = one
  }
  return row
}

/** Whether the fee of a row is its one rate for every amount. */
export function isPlain({ tiers, floorMicro, capMicro }: FeeRow): boolean {
  return tiers === undefined && floorMicro === undefined && capMicro === undefined
}

/** Rate of an amount under a row: that of the highest tier that it reaches. */
export function rateOf({ ratePpm, tiers = [] }: FeeRow, amountFen: Fen): Ppm {
  let rate = ratePpm
  for (const tier of tiers) if (amountFen >= tier.fromFen) rate = tier.ratePpm
  return rate
}

/** The fee of an amount under a row, exact. */
function feeMicroOf(amountFen: Fen, row: FeeRow): bigint {
  let fee = feeMicroFen(amountFen, rateOf(row, amountFen))
  if (row.floorMicro !== undefined) fee = larger(fee, BigInt(row.floorMicro))
  if (row.capMicro !== undefined) fee = smaller(fee, BigInt(row.capMicro))
  return smaller(fee, feeMicroFen(amountFen, 1_000_000))
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

/**
 * The fee of an amount by its row. Undefined when no row fits: the charge is rejected, never
 * cleared for nothing.
 */
export function feeOf(
  rows: readonly FeeRow[],
  asked: FeeQuestion & { readonly amountFen: Fen },
): Fee | undefined {
  const row = feeRowOf(rows, asked)
  if (row === undefined) return undefined
  const feeMicro = feeMicroOf(asked.amountFen, row)
  const issuerMicro = (feeMicro * BigInt(row.issuerSharePpm)) / WHOLE
  const acquirerMicro = (feeMicro * BigInt(row.acquirerSharePpm)) / WHOLE
  return {
    row: row.id,
    feeMicro,
    acquirerMicro,
    issuerMicro,
    centreMicro: feeMicro - issuerMicro - acquirerMicro,
  }
}

function specificity(row: FeeRow): number {
  return (
    (row.issuer === 'any' ? 0 : 4) + (row.acquirer === 'any' ? 0 : 2) + (row.mode === 'any' ? 0 : 1)
  )
}

/**
 * Refuses (`fee.bad-row`) shares that exceed the fee, a floor above the cap, tiers that do not
 * ascend, and a matrix in which two rows in force at once would be equally specific for one ride.
 */
export function checkFeeRows(rows: readonly FeeRow[]): void {
  const alike = new Map<string, FeeRow[]>()
  for (const row of rows) {
    const { mode, acquirer, issuer, acquirerSharePpm, issuerSharePpm, id } = row
    requireData(
      isRate(acquirerSharePpm) &&
        isRate(issuerSharePpm) &&
        acquirerSharePpm + issuerSharePpm <= 1_000_000,
      'fee.bad-row',
      `fee row ${id}: the shares exceed the fee, or one is no part of it`,
    )
    checkAmounts(row)
    const key = `${mode}/${acquirer}/${issuer}`
    const others = alike.get(key) ?? []
    const other = others.find((one) => begins(one, row) && begins(row, one))
    requireData(
      other === undefined,
      'fee.bad-row',
      `fee rows ${other?.id} and ${id} are in force at once`,
    )
    alike.set(key, [...others, row])
  }
}

/** Whole parts of a million: anything else has no exact product. */
function isRate(ppm: Ppm): boolean {
  return Number.isInteger(ppm) && ppm >= 0 && ppm <= 1_000_000
}

/** Refuses rates above the amount, and bounds or tiers that contradict each other. */
function checkAmounts({ id, ratePpm, tiers = [], floorMicro = 0, capMicro }: FeeRow): void {
  requireData(
    isRate(ratePpm) && tiers.every((tier) => isRate(tier.ratePpm)),
    'fee.bad-row',
    `fee row ${id}: a rate is a part of the amount`,
  )
  requireData(
    Number.isSafeInteger(floorMicro) &&
      floorMicro >= 0 &&
      (capMicro === undefined || (Number.isSafeInteger(capMicro) && capMicro >= floorMicro)),
    'fee.bad-row',
    `fee row ${id}: the floor is above the cap, or one is no amount`,
  )
  requireData(
    tiers.every(
      ({ fromFen }, i) => Number.isSafeInteger(fromFen) && fromFen > (tiers[i - 1]?.fromFen ?? 0),
    ),
    'fee.bad-row',
    `fee row ${id}: tiers begin at ascending amounts`,
  )
}

/** Whether one row begins before another one ends: two that both do overlap. */
function begins(one: FeeRow, other: FeeRow): boolean {
  return other.validTo === null || one.validFrom < other.validTo
}
