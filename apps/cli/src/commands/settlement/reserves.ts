import { formatYuan } from '@unifare/core'
import { EXIT, printJson, printLines } from '../../output.ts'
import { askParty } from '../../readings/ask-party.ts'
import type { Answer } from '../../readings/readings.ts'
import type { SettlementOptions } from './asked.ts'

const COLUMNS = {
  availableFen: { en: 'available', zh: '可用' },
  payableFen: { en: 'set aside', zh: '待划' },
  owedFen: { en: 'owed', zh: '应付' },
  exposureFen: { en: 'exposure', zh: '净借记' },
  capFen: { en: 'cap', zh: '限额' },
  depositFen: { en: 'deposit', zh: '保证金' },
  withdrawableFen: { en: 'withdrawable', zh: '可提取' },
} as const

const NONE = { en: 'no member has a reserve account', zh: '尚无备付金账户' } as const
const SUSPENDED = { en: 'SUSPENDED', zh: '已暂停受理' } as const

/** Prints the reserve accounts of a centre; exit code 1 when one has an alarm. */
export async function showReserves({ data, lang, json }: SettlementOptions): Promise<number> {
  const told = await askParty('reserves', {}, { data })
  const { reserves } = told
  if (json === true) printJson(told)
  else if (reserves.length === 0) printLines(NONE[lang])
  else printLines(...describe(reserves, lang))
  return reserves.every(({ alarms }) => alarms.length === 0) ? EXIT.ok : EXIT.differences
}

function describe(accounts: Answer<'reserves'>['reserves'], lang: 'en' | 'zh'): string[] {
  const names = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]
  return [
    `CNY      ${names.map((name) => COLUMNS[name][lang].padStart(14)).join('')}`,
    ...accounts.flatMap((one) => [
      `${one.member} ${names.map((name) => formatYuan(one[name]).padStart(14)).join('')}${one.suspended ? `  ${SUSPENDED[lang]}` : ''}`,
      ...one.alarms.map(({ alarm, text }) => `  ! ${alarm}: ${text[lang]}`),
    ]),
  ]
}
