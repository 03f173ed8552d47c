import type {
  Accumulation,
  Cap,
  Discount,
  EntryCheck,
  IncompleteRule,
  Maximum,
  Pass,
  Policy,
  SameStation,
  StationStatement,
  Tariff,
  TimeLimit,
  Transfer,
  TransferEffect,
  When,
} from '../tariff.ts'
import { baseWords, money } from './base-words.ts'
import { modeWords, whenWords } from './when-words.ts'
import { durationWords, joined, percent, type Words } from './words.ts'

/** What a tariff says, by the part of it that says so. */
export const POLICY_KINDS = [
  'rules',
  'sameStation',
  'passes',
  'discounts',
  'transfers',
  'accumulation',
  'caps',
  'timeLimits',
  'maximum',
  'entry',
] as const
export type PolicyKind = (typeof POLICY_KINDS)[number]

/** A rule or policy for people: its own words, for whom it holds, what it does, where it is from. */
export interface PolicyWords {
  readonly kind: PolicyKind
  readonly id: string
  readonly text: Words
  readonly when: readonly Words[]
  readonly effect: Words
  /** Index into the tariff's sources. */
  readonly source: number
}

/** Everything a tariff says, in both languages, in the order in which a price is made. */
export function tariffWords(tariff: Tariff): readonly PolicyWords[] {
  const { rules, sameStation, discounts, accumulation, timeLimits, maximum, entry } = tariff
  const { transfers = [], caps = [], passes = [], incomplete = [] } = tariff
  const words = <T extends Policy & { readonly when?: When }>(
    kind: PolicyKind,
    policies: readonly T[],
    effectOf: (policy: T) => Words,
  ) =>
    policies.map((policy): PolicyWords => {
      const { id, textZh, textEn, when = {}, source } = policy
      const text = { zh: textZh, en: textEn }
      return { kind, id, text, when: whenWords(when), effect: effectOf(policy), source }
    })
  return [
    ...words('rules', rules, ({ base }) => baseWords(base)),
    ...words('sameStation', sameStation === null ? [] : [sameStation], sameStationWords),
    ...words('passes', passes, passWords),
    ...words('discounts', discounts, ({ effect }: Discount) => effectWords(effect)),
    ...words('transfers', transfers, transferWords),
    ...words('accumulation', accumulation, accumulationWords),
    ...words('caps', caps, capWords),
    ...words('timeLimits', timeLimits, timeLimitWords),
    ...words('maximum', incomplete, incompleteWords),
    ...words('maximum', [maximum], maximumWords),
    ...words('entry', [entry], entryWords),
  ]
}

function effectWords(effect: Discount['effect'] | TransferEffect): Words {
  switch (effect.kind) {
    case 'percent': {
      if (effect.payPpm === 0) return { zh: '免费', en: 'free' }
      if (effect.payPpm === 1_000_000) return { zh: '付全价', en: 'pays in full' }
      const floor = effect.floorFen === undefined ? undefined : money(effect.floorFen)
      const share = percent(effect.payPpm)
      return {
        zh: `付 ${share}${floor === undefined ? '' : `，不低于 ${floor.zh}`}`,
        en: `pays ${share}${floor === undefined ? '' : `, not less than ${floor.en}`}`,
      }
    }
    case 'minus':
      return { zh: `减 ${money(effect.amountFen).zh}`, en: `${money(effect.amountFen).en} off` }
    case 'flat':
      return { zh: `付 ${money(effect.amountFen).zh}`, en: `pays ${money(effect.amountFen).en}` }
    case 'free-rides':
      return { zh: `每年 ${effect.rides} 次免费`, en: `${effect.rides} free rides a year` }
    case 'join':
      return { zh: '与前一程连续计费', en: 'one ride with the one before' }
    case 'free-up-to': {
      const { zh, en } = money(effect.amountFen)
      return { zh: `${zh}以内免费，超出付差额`, en: `free up to ${en}, else that much less` }
    }
  }
}

function transferWords({ effect, from, withinS, counts, most }: Transfer): Words {
  const what = effectWords(effect)
  const before = from.modes === undefined ? undefined : joined(from.modes.map(modeWords))
  const time = durationWords(withinS)
  const since = counts === 'from-start' ? { zh: '起', en: 'start' } : { zh: '止', en: 'end' }
  return joined(
    [
      what,
      { zh: `前一程${since.zh} ${time.zh}内`, en: `within ${time.en} of the ${since.en} before` },
      ...(before === undefined ? [] : [{ zh: `前一程${before.zh}`, en: `after ${before.en}` }]),
      ...(most === null ? [] : [{ zh: `至多 ${most} 次`, en: `${most} at most` }]),
    ],
    { zh: '；', en: '; ' },
  )
}

function accumulationWords({ steps, kind, counts }: Accumulation): Words {
  const sum = counts === 'paid' ? { zh: '实付', en: 'paid' } : { zh: '原价', en: 'base' }
  const how =
    kind === 'by-part'
      ? { zh: '按超出部分', en: 'for the part above' }
      : { zh: '自下一次乘车起', en: 'from the next ride' }
  const texts = steps.map(({ fromFen, payPpm }) => ({
    zh: `满 ${money(fromFen).zh}付 ${percent(payPpm)}`,
    en: `from ${money(fromFen).en} ${percent(payPpm)}`,
  }))
  const { zh, en } = joined(texts, { zh: '，', en: ', ' })
  return { zh: `当月${sum.zh}${zh}（${how.zh}）`, en: `month's ${sum.en} money: ${en} (${how.en})` }
}

const PERIODS = {
  day: { zh: '每日', en: 'a day' },
  week: { zh: '每周', en: 'a week' },
  month: { zh: '每月', en: 'a month' },
} as const satisfies Record<Cap['period'], Words>

function capWords({ period, amountFen, over }: Cap): Words {
  const { zh, en } = money(amountFen)
  const most = { zh: `${PERIODS[period].zh}至多 ${zh}`, en: `${en} ${PERIODS[period].en} at most` }
  if (over === undefined) return most
  switch (over) {
    case 'all':
      return { zh: `${most.zh}（含超时费）`, en: `${most.en}, overtime included` }
    case 'rides':
      return { zh: `${most.zh}（超时费另计）`, en: `${most.en}, overtime apart` }
  }
}

function passWords({ priceFen, hours, refund }: Pass): Words {
  const { zh, en } = money(priceFen)
  const back =
    refund === undefined
      ? { zh: '', en: '' }
      : { zh: '，未使用可退', en: ', given back while unused' }
  return {
    zh: `${zh}，${hours} 小时内不限次${back.zh}`,
    en: `${en}, ${hours} hours of rides${back.en}`,
  }
}

function timeLimitWords({ limitS, charge, mode }: TimeLimit): Words {
  const limit = durationWords(limitS)
  const what = chargeWords(charge)
  const how = mode === 'add' ? { zh: '加收', en: 'plus' } : { zh: '改收', en: 'instead' }
  return {
    zh: `超过 ${limit.zh}${how.zh} ${what.zh}`,
    en: `beyond ${limit.en} ${how.en} ${what.en}`,
  }
}

function chargeWords(charge: TimeLimit['charge']): Words {
  switch (charge.kind) {
    case 'fixed':
      return money(charge.amountFen)
    case 'lowest-fare':
      return { zh: '最低票价', en: 'the lowest fare' }
    case 'two-maximums':
      return { zh: '两倍线网最高票价', en: 'twice the highest fare of the network' }
    case 'network-maximum':
      return { zh: '线网最高票价', en: 'the highest fare of the network' }
    case 'exit-station-maximum':
      return { zh: '出站站最高票价', en: 'the highest fare from the exit' }
  }
}

function sameStationWords({ charge }: SameStation): Words {
  if (charge.kind === 'fixed') return money(charge.amountFen)
  return { zh: '付最低票价', en: 'the lowest fare' }
}

const MISSING = {
  entry: { zh: '无进站记录', en: 'no entry known' },
  exit: { zh: '无出站记录', en: 'no exit known' },
  either: { zh: '进出站记录不全', en: 'one end not known' },
} as const satisfies Record<IncompleteRule['missing'], Words>

function incompleteWords({ missing, charge, settleDays = 0, statement }: IncompleteRule): Words {
  const [when, what] = [MISSING[missing], incompleteChargeWords(charge)]
  const waits = { zh: `${settleDays} 天内未补登`, en: `not settled within ${settleDays} days` }
  return joined(
    [
      settleDays === 0
        ? { zh: `${when.zh}：${what.zh}`, en: `${when.en}: ${what.en}` }
        : { zh: `${when.zh}，${waits.zh}：${what.zh}`, en: `${when.en}, ${waits.en}: ${what.en}` },
      ...(statement === undefined ? [] : [statementWords(statement)]),
    ],
    { zh: '；', en: '; ' },
  )
}

function statementWords({ withinDays, yearly, discounts }: StationStatement): Words {
  const price = discounts
    ? { zh: '按所报车站计价', en: 'priced to it' }
    : { zh: '按所报车站计价，不打折', en: 'priced to it without discounts' }
  const often =
    yearly === null
      ? { zh: '', en: '' }
      : { zh: `，每年至多 ${yearly} 次`, en: `, ${yearly} a year` }
  return {
    zh: `乘客 ${withinDays} 天内可补登车站，${price.zh}${often.zh}`,
    en: `the rider may state the station within ${withinDays} days${often.en}; ${price.en}`,
  }
}

function incompleteChargeWords(charge: IncompleteRule['charge']): Words {
  switch (charge.kind) {
    case 'fixed':
      return money(charge.amountFen)
    case 'lowest-fare':
      return { zh: '最低票价', en: 'the lowest fare' }
    case 'network-maximum':
      return { zh: '线网最高票价', en: 'the highest fare of the network' }
    case 'station-maximum':
      return { zh: '该站最高票价', en: 'the highest fare from the station' }
    case 'farther-end':
      return { zh: '至线路较远端的票价', en: 'the fare to the farther end of the line' }
  }
}

function maximumWords(maximum: Maximum): Words {
  switch (maximum.kind) {
    case 'fixed':
      return money(maximum.amountFen)
    case 'network':
      return { zh: '线网最高票价', en: 'the highest fare of the network' }
    case 'station':
      return { zh: '该站最高票价', en: 'the highest fare from the station' }
  }
}

function entryWords(entry: EntryCheck): Words {
  switch (entry.kind) {
    case 'fixed':
      return money(entry.amountFen)
    case 'lowest-fare':
      return { zh: '最低票价', en: 'the lowest fare' }
    case 'maximum':
      return { zh: '最高票价', en: 'the highest fare' }
  }
}
