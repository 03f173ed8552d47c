import {
  DIFFERENCE_KINDS,
  days,
  differenceKey,
  doubtFen,
  isOverdue,
  loadItems,
  type SuspenseItem,
} from '@unifare/centre'
import { type Day, formatYuan } from '@unifare/core'
import { EXIT, printJson, printLines } from '../../output.ts'
import { openStoredParty } from '../../stored-network.ts'
import type { SettlementOptions } from './asked.ts'

const WORDS = {
  none: { en: 'no suspense items', zh: '无挂账' },
  opened: { en: 'opened', zh: '挂账日' },
  closed: { en: 'closed', zh: '销账日' },
  overdue: { en: 'OVERDUE', zh: '已逾期' },
} as const

/** Prints the suspense items that a stored centre keeps; exit code 1 while one stands. */
export async function showSuspense({
  data,
  lang,
  json,
  all,
}: SettlementOptions & { readonly all?: boolean }): Promise<number> {
  const stored = await openStoredParty(data)
  try {
    const { items, last } = await stored.repository.transaction(async (tx) => ({
      items: [...(await loadItems(tx, all === true ? 'all' : 'open')).values()],
      last: (await tx.select(days, {})).at(-1)?.day ?? '',
    }))
    const told = items.map((item) => toldOf(item, last))
    if (json === true) printJson({ centre: stored.centre, day: last, items: told })
    else if (told.length === 0) printLines(WORDS.none[lang])
    else printLines(...told.flatMap((item) => describe(item, lang)))
    return items.some(({ closedOn }) => closedOn === '') ? EXIT.differences : EXIT.ok
  } finally {
    await stored.close()
  }
}

function toldOf(item: SuspenseItem, day: Day) {
  const { text, todo, left, right } = DIFFERENCE_KINDS[item.kind]
  const open = item.closedOn === ''
  return {
    key: differenceKey(item),
    ...item,
    left,
    right,
    doubtFen: doubtFen(item),
    overdue: open && isOverdue(item, day),
    text,
    todo,
  }
}

function describe(item: ReturnType<typeof toldOf>, lang: 'en' | 'zh'): string[] {
  const { key, member, openedOn, closedOn, overdue, text, todo } = item
  const closed = closedOn === '' ? '' : `, ${WORDS.closed[lang]} ${closedOn}`
  const late = overdue ? `, ${WORDS.overdue[lang]}` : ''
  return [
    `${key}  ${member}  ${formatYuan(item.doubtFen)} CNY, ${WORDS.opened[lang]} ${openedOn}${closed}${late}`,
    `    ${text[lang]}`,
    `    → ${todo[lang]}`,
  ]
}
