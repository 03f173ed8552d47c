import { type Day, type ErrorText, parseDay, requireData } from '@unifare/core'
import { VERDICTS, type Verdict } from '../verdicts.ts'
import { type Dated, inForce } from './dated.ts'

/** What a verdict means for the money of a charge. */
export const VERDICT_GROUPS = {
  normal: { en: 'normal: settles', zh: '正常' },
  suspicious: { en: 'suspicious: held until something decides it', zh: '可疑：暂挂待定' },
  rejected: { en: 'rejected: does not settle', zh: '拒付' },
  adjustment: { en: 'adjustment: takes an earlier charge back and asks anew', zh: '调整' },
} as const satisfies Record<string, ErrorText>

export type VerdictGroup = keyof typeof VERDICT_GROUPS

/** What members can do about a verdict. */
export const REMEDIES = {
  none: { en: 'nothing to do', zh: '无需处理' },
  'upload-record': {
    en: 'the operator uploads the missing record and asks again',
    zh: '收单机构补传缺失记录后重新提交',
  },
  'decide-conflict': {
    en: 'operator and issuer compare their records; the one that proves to be true is claimed',
    zh: '收单机构与发卡机构核对凭证，凭真实记录提出调整',
  },
  'correct-charge': {
    en: 'the operator sends a correction that fits its records',
    zh: '收单机构按记录提交更正',
  },
  'mend-rules': {
    en: 'the centre mends its rules or lists; the operator then asks again',
    zh: '清分中心补全规则或名单后，收单机构重新提交',
  },
  'bear-it': {
    en: 'the operator bears it; who doubts the verdict raises a dispute',
    zh: '由收单机构承担；如有异议可提起争议',
  },
} as const satisfies Record<string, ErrorText>

export type Remedy = keyof typeof REMEDIES

/** A row of the code list (reference clearing 1.3, ER): a verdict with its days, group and deadline. */
export interface CodeRow extends Dated {
  readonly verdict: Verdict
  readonly group: VerdictGroup
  readonly text: ErrorText
  readonly remedy: Remedy
  /** Days after the settlement day in which something can be done; 0 where there is nothing. */
  readonly deadlineDays: number
}

/** Deadlines of the demonstration: ours. The same as the deadline of uploads. */
const DEADLINE_DAYS = 30

const KINDS = {
  normal: ['normal', 'none'],
  'tap.missing': ['suspicious', 'upload-record'],
  'tap.conflict': ['suspicious', 'decide-conflict'],
  'tap.unreadable': ['rejected', 'correct-charge'],
  'tap.foreign': ['rejected', 'correct-charge'],
  'tap.overdue': ['rejected', 'bear-it'],
  'tap.charged': ['rejected', 'none'],
  'card.bad-tac': ['rejected', 'bear-it'],
  'card.bad-mac2': ['rejected', 'bear-it'],
  'card.evidence': ['rejected', 'bear-it'],
  'code.invalid': ['rejected', 'bear-it'],
  'code.over-cap': ['rejected', 'correct-charge'],
  'deny.listed': ['rejected', 'bear-it'],
  'charge.unknown': ['rejected', 'correct-charge'],
  'charge.corrected': ['rejected', 'correct-charge'],
  'acceptance.none': ['rejected', 'mend-rules'],
  'fee.none': ['rejected', 'mend-rules'],
  'issuer.unknown': ['rejected', 'mend-rules'],
  test: ['rejected', 'none'],
} as const satisfies Record<Verdict, readonly [VerdictGroup, Remedy]>

/** The code list of the demonstration: groups, deadlines and remedies are ours. */
export const DEMONSTRATION_CODES: readonly CodeRow[] = (Object.keys(KINDS) as Verdict[]).map(
  (verdict) => {
    const [group, remedy] = KINDS[verdict]
    return {
      id: verdict,
      verdict,
      group,
      text: VERDICTS[verdict],
      remedy,
      deadlineDays: remedy === 'none' ? 0 : DEADLINE_DAYS,
      validFrom: '2026-01-01',
      validTo: null,
      source: 'ours',
    }
  },
)

/** The row of a verdict on a day. Throws `code-list.unknown`. */
export function codeRowOf(rows: readonly CodeRow[], verdict: string, day: Day): CodeRow {
  const row = rows.find((one) => one.verdict === verdict && inForce(one, day))
  requireData(row !== undefined, 'code-list.unknown', `no code ${verdict} on ${day}`)
  return row
}

/** The group of a charge with its verdict: a correction that settles is an adjustment. */
export function groupOf(row: CodeRow, { corrects }: { readonly corrects: number }): VerdictGroup {
  return row.group === 'normal' && corrects > 0 ? 'adjustment' : row.group
}

/** Last day on which something can be done about a verdict of a settlement day. */
export function deadlineOf({ deadlineDays }: CodeRow, day: Day): Day {
  return new Date(parseDay(day) + deadlineDays * 86_400_000).toISOString().slice(0, 10)
}

/**
 * The list with new rows from a day on: what they replace expires on that day, and nothing is ever
 * removed. Throws `code-list.overlap` when a row that holds later stands in the way.
 */
export function replaceRows(rows: readonly CodeRow[], fresh: readonly CodeRow[]): CodeRow[] {
  const kept = rows.map((row) => {
    const next = fresh.find(({ verdict }) => verdict === row.verdict)
    if (next === undefined || (row.validTo !== null && row.validTo <= next.validFrom)) return row
    requireData(
      row.validFrom < next.validFrom,
      'code-list.overlap',
      `${row.id} begins on ${row.validFrom}, not before ${next.validFrom}`,
    )
    return { ...row, validTo: next.validFrom }
  })
  return [...kept, ...fresh]
}
