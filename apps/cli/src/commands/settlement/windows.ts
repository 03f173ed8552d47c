import { eventsHold, readWindow, WINDOW_STATES, type WindowView, windows } from '@unifare/centre'
import { formatYuan, requireData, sumFen, UnifareError } from '@unifare/core'
import { nodeEngine } from '@unifare/crypto/node'
import { EXIT, printJson, printLines } from '../../output.ts'
import { openStoredParty } from '../../stored-network.ts'
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

/** Prints all windows of a stored centre, or one with everything that it has. */
export async function showWindows(
  window: string | undefined,
  { data, lang, json }: SettlementOptions,
): Promise<number> {
  const stored = await openStoredParty(data)
  try {
    const views = await stored.repository.transaction(async (tx) => {
      const names = (await tx.select(windows, {})).map((row) => row.window)
      requireData(
        window === undefined || names.includes(window),
        'window.unknown',
        `no window ${window}; there is ${names.join(', ') || 'none'}`,
      )
      const asked = window === undefined ? names : [window]
      const found: WindowView[] = []
      for (const name of asked) found.push(await readWindow(tx, name))
      return found
    })
    const key = stored.publicKeyOf(stored.centre)
    if (key === undefined) throw new UnifareError('data.no-network', `no key of ${stored.centre}`)
    const engine = nodeEngine()
    const all = views.map((view) => ({ view, hold: eventsHold(view.events, { key, engine }) }))
    if (json === true) {
      const told = all.map(({ view, hold }) => {
        return { ...view, stateText: WINDOW_STATES[view.state], eventsHold: hold }
      })
      printJson({ centre: stored.centre, windows: told })
    } else if (all.length === 0) printLines(WORDS.none[lang])
    else if (window === undefined) printLines(...views.map((view) => headOf(view, lang)))
    else printLines(...all.flatMap(({ view, hold }) => describe(view, { lang, hold })))
    return all.every(({ hold }) => hold) ? EXIT.ok : EXIT.differences
  } finally {
    await stored.close()
  }
}

function headOf(view: WindowView, lang: Lang): string {
  const { window, state, valueDate, replaces, replacedBy, days, instructions } = view
  const words = HEAD[lang]
  const dates = days.map(({ day, late }) => (late ? `${day} (${words.late})` : day))
  const paid = formatYuan(sumFen(instructions.map(({ amountFen }) => amountFen)))
  const told = [
    `${state} ${WINDOW_STATES[state][lang]}`,
    `${words.days} ${dates.join(', ')}`,
    words.paid(instructions.length, paid),
    valueDate && `${words.valueDate} ${valueDate}`,
    replaces && `${words.replaces} ${replaces}`,
    replacedBy && `${words.replacedBy} ${replacedBy}`,
  ]
  return `${window}  ${told.filter(Boolean).join(words.and)}`
}

function describe(view: WindowView, { lang, hold }: { lang: Lang; hold: boolean }): string[] {
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
    `${WORDS.steps[lang]}: ${(hold ? WORDS.hold : WORDS.broken)[lang]}`,
    ...view.events.map(({ event }) => {
      const { at, action, to, role, by, approvedBy, note } = event
      const who = approvedBy === null ? by : `${by} + ${approvedBy}`
      return `  ${new Date(at).toISOString()}  ${action} → ${to}  ${role} ${who}${note && `: ${note}`}`
    }),
  ]
}
