import type { Instant } from '@unifare/core'
import { type FareAccount, NEW_ACCOUNT, priceNext } from './account.ts'
import { inForce } from './catalogue.ts'
import { type CompiledTariff, compileTariff } from './compile.ts'
import { type FaresErrorCode, faresErrors } from './errors.ts'
import { type Explanation, explain } from './explain.ts'
import { type Composed, composeFares } from './gtfs/compose.ts'
import { composeFaresV1 } from './gtfs/compose-v1.ts'
import { decimalText } from './gtfs/decimal.ts'
import type { FareFeed } from './gtfs/feed.ts'
import { localTime } from './gtfs/local-time.ts'
import { instantOf, modeOf, rideOf } from './journey-rides.ts'
import { badJourneys, type JourneyInput, type LegInput } from './journeys.ts'
import type { StationNetwork } from './network.ts'
import type { Tariff } from './tariff.ts'
import { byStatedDistance } from './what-if/journey-riders.ts'
import type { FareMode } from './words.ts'

/** The price of a journey with its reasons, or why there is none. */
export type Quote =
  | {
      readonly ok: true
      /** Whole minor units. */
      readonly amount: number
      readonly currency: string
      /** Sum to the amount exactly. */
      readonly parts: readonly QuotePart[]
      readonly reasons: Explanation
      /** The next best lawful way and what it costs; null where there is one way only. */
      readonly runnerUp: { readonly amount: number; readonly how: string } | null
    }
  | {
      readonly ok: false
      readonly code: FaresErrorCode
      readonly leg: number
      readonly reasons: Explanation
    }

export interface QuotePart {
  readonly rule: string
  readonly amount: number
  readonly legs: readonly number[]
  /** Where the value comes from: a source of the tariff, file and line of the feed. */
  readonly source: string
}

/**
 * Quotes journeys under the tariffs of a city, the later ones of a rider with what the earlier
 * ones changed. Legs that state a distance instead of stations are priced by that distance.
 */
export function quoteJourneys(
  source: { readonly tariffs: readonly Tariff[]; readonly networks: readonly StationNetwork[] },
  journeys: readonly JourneyInput[],
): readonly Quote[] {
  const compiled = compiler(source)
  const accounts = new Map<string, FareAccount>()
  const rides = journeys.map((journey, at) => ({ at, legs: legTimes(journey, at) }))
  const quotes = new Map<number, Quote>()
  // Accounts go by time, the answer by the order of the question.
  for (const { at } of rides.toSorted((a, b) => (a.legs[0] ?? 0) - (b.legs[0] ?? 0))) {
    const journey = journeys[at]
    if (journey !== undefined) quotes.set(at, quoteOne(journey, { at, compiled, accounts }))
  }
  return journeys.flatMap((_, at) => quotes.get(at) ?? [])
}

type Compiler = (leg: LegInput, mode: FareMode, at: Instant) => CompiledTariff | undefined

function compiler({ tariffs, networks }: Parameters<typeof quoteJourneys>[0]): Compiler {
  const made = new Map<string, CompiledTariff>()
  return (leg, mode, at) => {
    const holding = tariffs.filter((one) => one.modes.includes(mode) && inForce(one, at))
    // A city's first tariff of a mode is its network; lines that are apart stand behind it.
    const id = leg.tariff ?? holding[0]?.id
    const tariff = holding
      .filter((one) => one.id === id)
      .toSorted((a, b) => b.version - a.version)[0]
    if (tariff === undefined) return undefined
    const byDistance = leg.distanceM !== undefined && leg.from === undefined
    const name = `${tariff.id} ${tariff.version} ${byDistance}`
    const known = made.get(name)
    if (known) return known
    const network = networks.find(({ id }) => id === tariff.network)
    // A made-up network has a highest fare of its own, which is nobody's.
    const real = network?.generated === true ? undefined : network
    const ready = byDistance
      ? byStatedDistance({ tariff, network: real })
      : compileTariff(tariff, network)
    made.set(name, ready)
    return ready
  }
}

function quoteOne(
  journey: JourneyInput,
  with_: {
    readonly at: number
    readonly compiled: Compiler
    readonly accounts: Map<string, FareAccount>
  },
): Quote {
  const { at, compiled, accounts } = with_
  const parts: QuotePart[] = []
  const zh: string[] = []
  const en: string[] = []
  let amount = 0
  let currency = 'CNY'
  let runnerUp: { amount: number; how: string } | null = null
  for (const [place, leg] of journey.legs.entries()) {
    const path = `[${at}].legs[${place}]`
    const mode = modeOf(leg, path)
    const found = compiled(leg, mode, instantOf(leg.exit ?? leg.enter, path))
    if (found === undefined) return refused('fares.no-tariff', place)
    const ride = rideOf(journey, leg, { path, mode, compiled: found })
    if (ride.at < instantOf(leg.enter, path)) return refused('fares.exit-before-entry', place)
    const { id, account: shared = id } = found.tariff
    const key = `${journey.rider ?? `journey ${at}`} ${shared}`
    const { priced, account } = priceNext(found, accounts.get(key) ?? NEW_ACCOUNT, ride)
    if (!priced.ok) return refused(priced.code, place)
    accounts.set(key, account)
    const told = explain(priced, found.tariff)
    zh.push(...told.zh)
    en.push(...told.en)
    amount += priced.amountFen
    currency = found.tariff.currency
    const [other] = priced.alternatives ?? []
    if (other !== undefined) runnerUp = { amount: other.amountFen, how: other.rule }
    for (const { rule, amountFen, source } of priced.parts) {
      const text = found.tariff.sources[source]?.text ?? ''
      parts.push({ rule, amount: amountFen, legs: [place], source: text })
    }
  }
  return { ok: true, amount, currency, parts, reasons: { zh, en }, runnerUp }
}

function refused(code: FaresErrorCode, leg: number): Quote {
  const { zh, en } = faresErrors[code]
  return { ok: false, code, leg, reasons: { zh: [`无法计价：${zh}`], en: [`no price: ${en}`] } }
}

function legTimes({ legs }: JourneyInput, at: number): Instant[] {
  return legs.map((leg, place) => instantOf(leg.enter, `[${at}].legs[${place}]`))
}

/** Quotes journeys under a GTFS feed: version 2 where it has one. */
export function quoteFeed(feed: FareFeed, journeys: readonly JourneyInput[]): readonly Quote[] {
  const compose = feed.version === 2 ? composeFares : composeFaresV1
  return journeys.map((journey, at) => {
    const legs = journey.legs.map((leg, place) => {
      const path = `[${at}].legs[${place}]`
      const enter = localTime(leg.enter, feed.timezone)
      const exit = leg.exit === undefined ? enter : localTime(leg.exit, feed.timezone)
      if (leg.from === undefined || leg.to === undefined) {
        throw badJourneys({ path, rule: 'missing', message: 'a stop to go from and to is needed' })
      }
      const { route, from, to, zones = [] } = leg
      return { route, from: String(from), to: String(to), enter, exit, zones }
    })
    const rider = {
      ...(journey.class === undefined ? {} : { category: journey.class }),
      ...(journey.medium === undefined ? {} : { medium: journey.medium }),
    }
    return quoteOf(compose(feed, legs, rider))
  })
}

function quoteOf(composed: Composed): Quote {
  if (!composed.ok) return refused(composed.code, composed.leg)
  const { best, runnerUp, ways } = composed
  const money = (units: number) => `${decimalText(units, best.currency)} ${best.currency}`
  const lines = best.parts.map(
    ({ amount, product, name, source, legs }) =>
      `${legs.map((leg) => leg + 1).join('+')}: ${name || product || '—'} ${money(amount)} (${source})`,
  )
  const total = money(best.amount)
  return {
    ok: true,
    amount: best.amount,
    currency: best.currency,
    parts: best.parts.map(({ product, amount, legs, source }) => ({
      rule: product,
      amount,
      legs,
      source,
    })),
    reasons: {
      zh: [...lines.map((line) => `第 ${line}`), `合计 ${total}（比较 ${ways} 种组合）`],
      en: [...lines.map((line) => `leg ${line}`), `total ${total} (of ${ways} compositions)`],
    },
    runnerUp: runnerUp && {
      amount: runnerUp.amount,
      how: runnerUp.parts.map(({ product, kind }) => product || kind).join(' + '),
    },
  }
}
