import { formatYuan } from '@unifare/core'
import { faresErrors } from './errors.ts'
import type { Priced } from './ride.ts'
import type { Tariff } from './tariff.ts'
import type { Words } from './words/words.ts'
import type { SourceMark } from './words.ts'

/** The same lines in both languages of the house. */
export interface Explanation {
  readonly zh: readonly string[]
  readonly en: readonly string[]
}

/** Marks of sources for people. */
export const MARKS = {
  confirmed: { zh: '已核对', en: 'confirmed' },
  recalled: { zh: '未核对', en: 'not checked' },
  ours: { zh: 'Unifare 自定', en: 'set by Unifare' },
} as const satisfies Record<SourceMark, { zh: string; en: string }>

/**
 * Lines for people: what was measured, each step with its amount, the sum. With the tariff, each
 * step names its source and how far that can be trusted.
 */
export function explain(priced: Priced, tariff?: Tariff): Explanation {
  if (!priced.ok) {
    const { zh, en } = faresErrors[priced.code]
    return { zh: [`无法计价：${zh}`], en: [`no price: ${en}`] }
  }
  const zh: string[] = []
  const en: string[] = []
  const { distanceM, durationS, parts, amountFen } = priced
  if (distanceM !== undefined) {
    const billed = billedDistance(distanceM)
    zh.push(billed.zh)
    en.push(billed.en)
  }
  if (durationS !== undefined) {
    zh.push(`计费时长 ${minutes(durationS)} 分钟`)
    en.push(`billed time ${minutes(durationS)} min`)
  }
  for (const part of parts) {
    const source = tariff?.sources[part.source]
    const money = signed(part.amountFen)
    zh.push(
      `${part.textZh} ${money} 元${source ? `（${source.text}，${MARKS[source.mark].zh}）` : ''}`,
    )
    en.push(
      `${part.textEn} ${money} yuan${source ? ` (${source.text}; ${MARKS[source.mark].en})` : ''}`,
    )
  }
  const { id, version } = priced.tariff
  zh.push(`合计 ${formatYuan(amountFen)} 元（票价 ${id} 第 ${version} 版）`)
  en.push(`total ${formatYuan(amountFen)} yuan (tariff ${id} version ${version})`)
  return { zh, en }
}

/** What distance a price was made of. */
export function billedDistance(distanceM: number): Words {
  const km = kilometres(distanceM)
  return { zh: `计费里程 ${km} 公里`, en: `billed distance ${km} km` }
}

function signed(amountFen: number): string {
  return amountFen > 0 ? `+${formatYuan(amountFen)}` : formatYuan(amountFen)
}

function kilometres(distanceM: number): string {
  return `${Math.floor(distanceM / 1000)}.${String(distanceM % 1000).padStart(3, '0')}`
}

function minutes(durationS: number): string {
  const rest = durationS % 60
  return `${Math.floor(durationS / 60)}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`
}
