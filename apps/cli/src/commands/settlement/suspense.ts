import { formatYuan } from '@unifare/core'
import { EXIT, printJson, printLines } from '../../output.ts'
import { askParty } from '../../readings/ask-party.ts'
import type { ToldItem } from '../../readings/suspense.ts'
import { sidesText } from '../reconcile/found.ts'
import type { SettlementOptions } from './asked.ts'

const WORDS = {
  none: { en: 'no suspense items', zh: '无挂账' },
  opened: { en: 'opened', zh: '挂账日' },
  closed: { en: 'closed', zh: '销账日' },
  age: { en: (days: number) => `${days} days old`, zh: (days: number) => `账龄 ${days} 天` },
  overdue: { en: 'OVERDUE', zh: '已逾期' },
} as const

/** Prints the suspense items that a centre keeps; exit code 1 while one stands. */
export async function showSuspense({
  data,
  lang,
  json,
  all = false,
}: SettlementOptions & { readonly all?: boolean }): Promise<number> {
  const told = await askParty('suspense', { all }, { data })
  const { items } = told
  if (json === true) printJson(told)
  else if (items.length === 0) printLines(WORDS.none[lang])
  else printLines(...items.flatMap((item) => describe(item, lang)))
  return items.some(({ closedOn }) => closedOn === '') ? EXIT.differences : EXIT.ok
}

function describe(item: ToldItem, lang: 'en' | 'zh'): string[] {
  const { key, member, openedOn, closedOn, overdue, text, todo } = item
  const closed = closedOn === '' ? '' : `, ${WORDS.closed[lang]} ${closedOn}`
  const late = overdue ? `, ${WORDS.overdue[lang]}` : ''
  const age = WORDS.age[lang](item.ageDays)
  return [
    `${key}  ${member}  ${formatYuan(item.doubtFen)} CNY, ${WORDS.opened[lang]} ${openedOn}, ${age}${closed}${late}`,
    `    ${text[lang]}: ${sidesText(item, lang)}`,
    `    → ${todo[lang]}`,
  ]
}
