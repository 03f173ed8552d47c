import { type Fen, formatYuan } from '@unifare/core'
import { CHARGE_NOTES } from './charge-notes.ts'
import { billedDistance, type Explanation, MARKS } from './explain.ts'
import type { Policy, Source, Tariff } from './tariff.ts'
import type { Words } from './words/words.ts'

/** What a charge says about its price: rules with their amounts, and the tariff's version. */
export interface ChargedPrice {
  readonly tariff: string
  readonly tariffVersion: number
  readonly amountFen: Fen
  /** Billed distance; 0 where none is known. */
  readonly distanceM?: number
  readonly parts: readonly { readonly rule: string; readonly amountFen: Fen }[]
}

/** A rule of a charge with everything that the tariff says about it. */
export interface ExplainedPart {
  readonly rule: string
  readonly amountFen: Fen
  /** Null for what no tariff says: repairs and differences name themselves. */
  readonly policy: Policy | null
  readonly source: Source | null
}

/** A charge explained; lines for people in both languages. */
export interface ExplainedCharge {
  /** Null when none of the tariffs is the charge's own. */
  readonly tariff: { readonly id: string; readonly version: number } | null
  readonly parts: readonly ExplainedPart[]
  /** Policies of the same tariff that did not apply to this ride. */
  readonly others: readonly Policy[]
  readonly lines: Explanation
}

/** Explains a charge by the tariff in its very version; looked for by id and version. */
export function explainCharge(charge: ChargedPrice, tariffs: readonly Tariff[]): ExplainedCharge {
  const tariff = tariffs.find(
    ({ id, version }) => id === charge.tariff && version === charge.tariffVersion,
  )
  const policies = tariff === undefined ? [] : policiesOf(tariff)
  const parts = charge.parts.map(({ rule, amountFen }): ExplainedPart => {
    const policy = policies.find(({ id }) => id === rule) ?? null
    const source = policy === null ? null : (tariff?.sources[policy.source] ?? null)
    return { rule, amountFen, policy, source }
  })
  const used = new Set(charge.parts.map(({ rule }) => rule))
  const others = policies.filter(({ id }) => !used.has(id))
  const { id, version } = tariff ?? { id: charge.tariff, version: charge.tariffVersion }
  const total = formatYuan(charge.amountFen)
  const { distanceM = 0 } = charge
  const billed = distanceM === 0 ? [] : [billedDistance(distanceM)]
  return {
    tariff: tariff === undefined ? null : { id, version },
    parts,
    others,
    lines: {
      zh: [
        ...billed.map(({ zh }) => zh),
        ...parts.map((part) => lineOf(part, 'zh')),
        `合计 ${total} 元（票价 ${id} 第 ${version} 版）`,
        ...others.map(({ textZh }) => `未适用：${textZh}`),
      ],
      en: [
        ...billed.map(({ en }) => en),
        ...parts.map((part) => lineOf(part, 'en')),
        `total ${total} yuan (tariff ${id} version ${version})`,
        ...others.map(({ textEn }) => `did not apply: ${textEn}`),
      ],
    },
  }
}

function policiesOf(tariff: Tariff): readonly Policy[] {
  const { rules, discounts, transfers = [], accumulation, caps = [], passes = [] } = tariff
  const { sameStation, timeLimits, incomplete = [] } = tariff
  return [
    ...rules,
    ...(sameStation === null ? [] : [sameStation]),
    ...discounts,
    ...transfers,
    ...accumulation,
    ...caps,
    ...passes,
    ...timeLimits,
    ...incomplete,
  ]
}

const NOTES: Readonly<Record<string, Words>> = CHARGE_NOTES

function lineOf({ rule, amountFen, policy, source }: ExplainedPart, lang: 'zh' | 'en'): string {
  const note = NOTES[rule]?.[lang] ?? rule
  const text = policy === null ? note : lang === 'zh' ? policy.textZh : policy.textEn
  const money = `${amountFen > 0 ? '+' : ''}${formatYuan(amountFen)}`
  const told = source && `${source.text}, ${source.date}, ${MARKS[source.mark][lang]}`
  const by = told === null ? '' : lang === 'zh' ? `（${told}）` : ` (${told})`
  return lang === 'zh' ? `${text} ${money} 元${by}` : `${text} ${money} yuan${by}`
}
