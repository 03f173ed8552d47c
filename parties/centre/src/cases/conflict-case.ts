import { canonicalJson, type Day, type ErrorText, type Instant } from '@unifare/core'
import { type Tap, tapToJson } from '@unifare/tap'
import { HELD_STATES } from '../rules/held.ts'

/** What two contents cannot share. */
export const CONFLICT_KINDS = {
  medium: {
    en: 'one place in the medium’s own count, two records',
    zh: '同一介质计数出现两份不同记录',
  },
  serial: {
    en: 'one number at the terminal, two places in the card’s count',
    zh: '同一终端流水号对应两个卡片计数',
  },
  delivery: {
    en: 'one record of a terminal, delivered again with other content',
    zh: '同一终端记录重复上传且内容不同',
  },
} as const satisfies Readonly<Record<string, ErrorText>>

export type ConflictKind = keyof typeof CONFLICT_KINDS

/** What became of a case: that of its held charge, or of a delivery. */
export const CASE_STATES = {
  ...HELD_STATES,
  REFUSED: {
    en: 'the second delivery was refused whole; the first one stands',
    zh: '后一次上传整批拒收，以先到为准',
  },
} as const satisfies Readonly<Record<string, ErrorText>>

export type CaseState = keyof typeof CASE_STATES

/** One of the contents of a conflict, and who delivered it. */
export interface ConflictSide {
  readonly deliveredBy: string
  readonly terminal: string
  readonly sequence: number
  /** Charge that asks for it; null when none does. */
  readonly charge: string | null
  readonly tap: Tap
}

/** Two contents under one key: never a duplicate, somebody has to decide. */
export interface ConflictCase {
  readonly kind: ConflictKind
  /** What the contents share: identity of the medium, serial, or name of the delivery. */
  readonly key: string
  /** Settlement day of the verdict; null for a delivery, which was refused at once. */
  readonly day: Day | null
  /** When the second delivery came; null for a charge. */
  readonly at: Instant | null
  readonly state: CaseState
  /** Last day to decide it; null for a delivery. */
  readonly deadline: Day | null
  /** What stood first; null where it is not kept here. */
  readonly standing: ConflictSide | null
  readonly other: ConflictSide
}

/** Fields in which two contents differ, with both values. */
export function differingFields(
  standing: Tap,
  other: Tap,
): Readonly<Record<string, readonly [unknown, unknown]>> {
  const [one, two] = [tapToJson(standing), tapToJson(other)]
  const differ = Object.keys(one).filter(
    (field) => canonicalJson(one[field] as never) !== canonicalJson(two[field] as never),
  )
  return Object.fromEntries(differ.map((field) => [field, [one[field], two[field]] as const]))
}
