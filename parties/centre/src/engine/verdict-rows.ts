import { defineLayout } from '@unifare/core'
import type { Verdict } from '../verdicts.ts'

/** Numbers of the verdicts in rows: for ever. */
export const VERDICT_NUMBERS = {
  normal: 0,
  test: 1,
  'issuer.unknown': 2,
  'acceptance.none': 3,
  'fee.none': 4,
  'tap.missing': 10,
  'tap.unreadable': 11,
  'tap.foreign': 12,
  'tap.overdue': 13,
  'tap.conflict': 14,
  'tap.charged': 15,
  'card.bad-tac': 20,
  'card.bad-mac2': 21,
  'card.evidence': 22,
  'code.invalid': 30,
  'code.over-cap': 31,
  'deny.listed': 40,
  'charge.unknown': 50,
  'charge.corrected': 51,
} as const satisfies Record<Verdict, number>

const verdictNames = new Map(
  Object.entries(VERDICT_NUMBERS).map(([name, number]) => [number as number, name as Verdict]),
)

/** Name of a verdict's number. */
export function verdictOf(number: number): Verdict {
  const name = verdictNames.get(number)
  if (name === undefined) throw new TypeError(`no verdict has the number ${number}`)
  return name
}

/** Bytes of a verdict row. */
export const ROW_BYTES = 64

/**
 * What clearing says of one tap of a charge: the line that stands under the day's root, and that is
 * kept. A charge of several taps has a row for each, in their order; the amounts of its rows sum to
 * the charge. A tap that nobody delivered that day has its name and zeros. The verdict is the charge's.
 */
export const verdictRow = defineLayout(ROW_BYTES, {
  operator: [0, 'digits', 4],
  number: [4, 'u32'],
  corrects: [8, 'u32'],
  issuer: [12, 'digits', 4],
  account: [16, 'digits', 10],
  medium: [26, 'u8'],
  mode: [27, 'u8'],
  tapDay: [28, 'digits', 4],
  verdict: [32, 'u8'],
  /** Place of the tap in its charge. */
  place: [33, 'u8'],
  /** Place of the fee row in the day's matrix; `NO_FEE_ROW` where nothing settles. */
  feeRow: [34, 'u16'],
  /** What this tap debited a card; the whole price in the first row of a code's charge. */
  amountFen: [36, 'u32'],
  /** Of a card behind this tap; of a code the highest charge that it allows, 0 for any. */
  balanceFen: [40, 'u32'],
  terminal: [44, 'digits', 6],
  at: [50, 'u48'],
  sequence: [56, 'u32'],
  counter: [60, 'u32'],
})

/** Places of a row's fields. */
export const ROW = Object.fromEntries(
  Object.entries(verdictRow.fields).map(([name, [at]]) => [name, at]),
) as { readonly [Name in keyof typeof verdictRow.fields]: number }

/** Fee row of a charge that does not settle. */
export const NO_FEE_ROW = 0xffff
