import type { Counts, Statistics } from '@unifare/centre'
import { formatYuan, parseDay } from '@unifare/core'
import { EXIT, printJson, printLines } from '../../output.ts'
import { askParty } from '../../readings/ask-party.ts'

interface StatisticsOptions {
  readonly data: string
  readonly to?: string
  readonly lang: 'en' | 'zh'
  readonly json?: boolean
}

/** Prints the statistics of a network's centre. */
export async function statistics({ data, to, lang, json }: StatisticsOptions): Promise<number> {
  if (to !== undefined) parseDay(to)
  const told = await askParty('statistics', to === undefined ? {} : { to }, { data })
  if (json === true) printJson(told)
  else printLines(...describe(told, lang))
  return EXIT.ok
}

const WORDS = {
  rides: { en: 'rides', zh: '乘次' },
  cardRides: { en: 'rides by card', zh: '刷卡乘次' },
  codeRides: { en: 'rides by code', zh: '扫码乘次' },
  amountFen: { en: 'amount, CNY', zh: '金额（元）' },
  crossCityRides: { en: 'rides in another city', zh: '跨城乘次' },
  crossCityFen: { en: 'their amount, CNY', zh: '跨城金额（元）' },
  cards: { en: 'cards', zh: '卡片' },
  codeNumbers: { en: 'numbers that codes showed', zh: '乘车码号' },
  issuers: { en: 'issuers', zh: '发卡机构' },
  operators: { en: 'operators', zh: '收单机构' },
  cities: { en: 'cities', zh: '城市' },
  lines: { en: 'lines', zh: '线路' },
  terminals: { en: 'terminals', zh: '终端' },
} as const satisfies Record<keyof Counts, { readonly en: string; readonly zh: string }>

function describe(
  { days, cumulative, lastDay, firstDay }: Omit<Statistics, 'cities'>,
  lang: 'en' | 'zh',
): string[] {
  const last = days.at(-1) ?? cumulative
  const rows = (Object.keys(WORDS) as (keyof Counts)[]).map((key) => {
    const shown = (counts: Counts) =>
      key.endsWith('Fen') ? formatYuan(counts[key]) : String(counts[key])
    return `${shown(last).padStart(14)} ${shown(cumulative).padStart(14)}  ${WORDS[key][lang]}`
  })
  const head = { en: `since ${firstDay}`, zh: `自${firstDay}累计` }[lang]
  return [`${lastDay.padStart(14)} ${head.padStart(14)}`, ...rows]
}
