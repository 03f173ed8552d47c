import { type Day, type Fen, formatYuan } from '@unifare/core'
import type { ToldDifference } from '../../readings/differences.ts'
import { SOURCES, type SourceName } from '../../readings/sources.ts'

const WORDS = {
  en: { none: 'no differences up to', age: 'days', overdue: 'OVERDUE' },
  zh: { none: '截至该日无差异：', age: '天', overdue: '已逾期' },
} as const

/** Lines for people: what differs, both sides, since when, what to do. */
export function describe(found: readonly ToldDifference[], day: Day, lang: 'en' | 'zh'): string[] {
  const words = WORDS[lang]
  if (found.length === 0) return [`${words.none} ${day}`]
  return found.flatMap((one) => {
    const { key, text, todo, overdue } = one
    const late = overdue ? `, ${words.overdue}` : ''
    return [
      `${key}  ${one.member ?? ''}  ${one.since} (${one.ageDays} ${words.age}${late})`,
      `    ${text[lang]}: ${sidesText(one, lang)}`,
      `    → ${todo[lang]}`,
    ]
  })
}

/** Both sides of a difference with what each says. */
export function sidesText(
  one: {
    readonly left: SourceName
    readonly right: SourceName
    readonly leftFen: Fen | null
    readonly rightFen: Fen | null
  },
  lang: 'en' | 'zh',
): string {
  const [left, right] = [SOURCES[one.left][lang], SOURCES[one.right][lang]]
  return `${left} ${yuan(one.leftFen)}, ${right} ${yuan(one.rightFen)}`
}

function yuan(amountFen: Fen | null): string {
  return amountFen === null ? '–' : formatYuan(amountFen)
}
