import { formatYuan, sumFen } from '@unifare/core'
import { EXIT, printJson, printLines } from '../../output.ts'
import { askParty } from '../../readings/ask-party.ts'
import type { ToldWindow } from '../../readings/windows.ts'
import type { SettlementOptions } from './asked.ts'

const WORDS = {
  none: { en: 'no day is closed yet', zh: '尚无已关账的清算日' },
  payments: { en: 'payments', zh: '划拨指令' },
  positions: { en: 'positions: receives, pays, net', zh: '头寸：应收、应付、净额' },
  steps: { en: 'steps', zh: '步骤' },
  hold: { en: 'signed by the centre, unbroken', zh: '清分中心签名有效且连续' },
  broken: { en: "DO NOT HOLD under the centre's key", zh: '清分中心签名校验失败' },
} as const

/** Words of a window's one line. */
const HEAD = {
  en: {
    and: '; ',
    days: 'days',
    late: 'late',
    valueDate: 'value date',
    replaces: 'takes over from',
    replacedBy: 'taken over by',
    paid: (payments: number, yuan: string) => `${payments} payments, ${yuan} CNY`,
  },
  zh: {
    and: '；',
    days: '清算日',
    late: '迟到',
    valueDate: '起息日',
    replaces: '承接',
    replacedBy: '已转入',
    paid: (payments: number, yuan: string) => `划拨 ${payments} 笔，${yuan} 元`,
  },
} as const

type Lang = SettlementOptions['lang']

/** Prints all windows of a centre, or one with everything that it has. */
export async function showWindows(
  window: string | undefined,
  { data, lang, json }: SettlementOptions,
): Promise<number> {
  const told = await askParty('windows', window === undefined ? {} : { window }, { data })
  const { windows } = told
  if (json === true) printJson(told)
  else if (windows.length === 0) printLines(WORDS.none[lang])
  else if (window === undefined) printLines(...windows.map((view) => headOf(view, lang)))
  else printLines(...windows.flatMap((view) => describe(view, lang)))
  return windows.every(({ eventsHold }) => eventsHold) ? EXIT.ok : EXIT.differences
}

function headOf(view: ToldWindow, lang: Lang): string {
  const { window, state, stateText, valueDate, replaces, replacedBy, days, instructions } = view
  const words = HEAD[lang]
  const dates = days.map(({ day, late }) => (late ? `${day} (${words.late})` : day))
  const paid = formatYuan(sumFen(instructions.map(({ amountFen }) => amountFen)))
  const told = [
    `${state} ${stateText[lang]}`,
    `${words.days} ${dates.join(', ')}`,
    words.paid(instructions.length, paid),
    valueDate && `${words.valueDate} ${valueDate}`,
    replaces && `${words.replaces} ${replaces}`,
    replacedBy && `${words.replacedBy} ${replacedBy}`,
  ]
  return `${window}  ${told.filter(Boolean).join(words.and)}`
}

function describe(view: ToldWindow, lang: Lang): string[] {
  const yuan = (amountFen: number) => formatYuan(amountFen).padStart(14)
  return [
    headOf(view, lang),
    '',
    WORDS.positions[lang],
    ...view.positions.map(
      ({ id, receivableFen, payableFen, netFen }) =>
        `  ${id} ${yuan(receivableFen)} ${yuan(payableFen)} ${yuan(netFen)}`,
    ),
    '',
    WORDS.payments[lang],
    ...view.instructions.map(
      ({ endToEnd, debtor, creditor, amountFen, valueDate }) =>
        `  ${endToEnd}  ${debtor} → ${creditor} ${yuan(amountFen)}  ${valueDate}`,
    ),
    '',
    `${WORDS.steps[lang]}: ${(view.eventsHold ? WORDS.hold : WORDS.broken)[lang]}`,
    ...view.events.map(({ event }) => {
      const { at, action, to, role, by, approvedBy, note } = event
      const who = approvedBy === null ? by : `${by} + ${approvedBy}`
      return `  ${new Date(at).toISOString()}  ${action} → ${to}  ${role} ${who}${note && `: ${note}`}`
    }),
  ]
}
