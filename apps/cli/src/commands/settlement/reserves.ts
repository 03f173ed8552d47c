import { RESERVE_ALARMS, readReserves } from '@unifare/centre'
import { formatYuan } from '@unifare/core'
import { EXIT, printJson, printLines } from '../../output.ts'
import { openStoredParty } from '../../stored-network.ts'
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

/** Prints the reserve accounts of a stored centre; exit code 1 when one has an alarm. */
export async function showReserves({ data, lang, json }: SettlementOptions): Promise<number> {
  const stored = await openStoredParty(data)
  try {
    const accounts = await stored.repository.transaction((tx) => readReserves(tx))
    if (json === true) {
      const told = accounts.map((one) => ({
        ...one,
        alarms: one.alarms.map((alarm) => ({ alarm, text: RESERVE_ALARMS[alarm] })),
      }))
      printJson({ centre: stored.centre, reserves: told })
    } else if (accounts.length === 0) printLines(NONE[lang])
    else printLines(...describe(accounts, lang))
    return accounts.every(({ alarms }) => alarms.length === 0) ? EXIT.ok : EXIT.differences
  } finally {
    await stored.close()
  }
}

function describe(accounts: Awaited<ReturnType<typeof readReserves>>, lang: 'en' | 'zh'): string[] {
  const names = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]
  return [
    `CNY      ${names.map((name) => COLUMNS[name][lang].padStart(14)).join('')}`,
    ...accounts.flatMap((one) => [
      `${one.member} ${names.map((name) => formatYuan(one[name]).padStart(14)).join('')}${one.suspended ? `  ${SUSPENDED[lang]}` : ''}`,
      ...one.alarms.map((alarm) => `  ! ${alarm}: ${RESERVE_ALARMS[alarm][lang]}`),
    ]),
  ]
}
