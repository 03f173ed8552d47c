import { ageDays, DIFFERENCE_KINDS } from '@unifare/centre'
import { type Day, type ErrorText, type Fen, formatYuan } from '@unifare/core'
import { ISSUER_DIFFERENCE_KINDS } from '@unifare/issuer'

/** A difference of any party, as people and programs read it. */
export interface Found {
  readonly kind: keyof typeof KINDS
  readonly subject: string
  readonly leftFen: Fen | null
  readonly rightFen: Fen | null
  readonly since: Day
  /** Whom to ask; empty or absent for the party itself. */
  readonly member?: string
}

const KINDS = { ...DIFFERENCE_KINDS, ...ISSUER_DIFFERENCE_KINDS }

const WORDS = {
  en: { none: 'no differences up to', age: 'days', overdue: 'OVERDUE' },
  zh: { none: '截至该日无差异：', age: '天', overdue: '已逾期' },
} as const

/** Where a side comes from, in Chinese; in English its name is the word. */
const SOURCES_ZH: Readonly<Record<(typeof KINDS)[keyof typeof KINDS]['left' | 'right'], string>> = {
  bank: '银行',
  settlement: '结算',
  ledger: '账簿',
  statement: '对账单',
  charges: '收费',
  taps: '刷卡记录',
  card: '卡片',
  shadow: '影子余额',
  cards: '卡片',
  loads: '充值',
  rides: '乘车',
  accounts: '账户',
  advances: '垫付',
}

/** A difference with everything that its kind says. */
export function told(found: Found, day: Day) {
  const { text, todo, left, right, limitDays } = KINDS[found.kind]
  const age = ageDays(found.since, day)
  return {
    ...found,
    key: `${found.kind}/${found.subject}`,
    left,
    right,
    doubtFen: (found.leftFen ?? 0) - (found.rightFen ?? 0),
    ageDays: age,
    overdue: age > limitDays,
    text: text as ErrorText,
    todo: todo as ErrorText,
  }
}

/** Lines for people: what differs, both sides, since when, what to do. */
export function describe(found: readonly Found[], day: Day, lang: 'en' | 'zh'): string[] {
  const words = WORDS[lang]
  if (found.length === 0) return [`${words.none} ${day}`]
  return found.flatMap((one) => {
    const { key, text, todo, ...rest } = told(one, day)
    const [left, right] = [rest.left, rest.right].map((source) =>
      lang === 'zh' ? SOURCES_ZH[source] : source,
    )
    const late = rest.overdue ? `, ${words.overdue}` : ''
    return [
      `${key}  ${one.member ?? ''}  ${one.since} (${rest.ageDays} ${words.age}${late})`,
      `    ${text[lang]}: ${left} ${yuan(one.leftFen)}, ${right} ${yuan(one.rightFen)}`,
      `    → ${todo[lang]}`,
    ]
  })
}

function yuan(amountFen: Fen | null): string {
  return amountFen === null ? '–' : formatYuan(amountFen)
}
