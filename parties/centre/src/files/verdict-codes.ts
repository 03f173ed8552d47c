import type { Instant } from '@unifare/core'
import { type ResultCode, tunionErrors } from '@unifare/tunion'
import { VERDICTS } from '../verdicts.ts'

/**
 * Six digits for every verdict, in the groups of the reference (clearing 1.5): 10 pre-checks, 11
 * format, 12 authenticity, 13 uniqueness, 14 eligibility, 15 time, 16 money, 17 disputes, 20 files.
 * The digits are ours. A number is never used again.
 */
const NUMBERS: Readonly<Record<string, string>> = {
  normal: '000000',
  test: '100001',
  'tap.missing': '110001',
  'tap.unreadable': '110002',
  'tap.foreign': '110003',
  'card.bad-tac': '120001',
  'card.bad-mac2': '120002',
  'card.evidence': '120003',
  'code.invalid': '120004',
  'tap.charged': '130001',
  'tap.conflict': '130002',
  'issuer.unknown': '140001',
  'acceptance.none': '140002',
  'deny.listed': '140003',
  'tap.overdue': '150001',
  'fee.none': '160001',
  'code.over-cap': '160002',
  'charge.unknown': '170001',
  'charge.corrected': '170002',
  'tunion.refused': '200001',
}

/** Begin of the list: 2026-01-01 in China, as the fee matrix of the demonstration. */
const EFFECTIVE: Instant = Date.UTC(2025, 11, 31, 16)

/** The code list (ER) of this centre. */
export const RESULT_CODES: readonly ResultCode[] = Object.entries({
  ...VERDICTS,
  'tunion.refused': tunionErrors['tunion.refused'],
}).map(([verdict, { en, zh }]) => ({
  code: numberOf(verdict),
  verdict,
  en,
  zh,
  effective: EFFECTIVE,
  expiry: null,
}))

function numberOf(verdict: string): string {
  const number = NUMBERS[verdict]
  if (number === undefined) throw new TypeError(`no number for the verdict ${verdict}`)
  return number
}
