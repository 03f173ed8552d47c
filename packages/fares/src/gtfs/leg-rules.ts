import type { FareFeed, FareProduct, LegRule, Timeframe } from './feed.ts'
import type { EffectiveLeg, LocalTime } from './legs.ts'

/** Who rides and pays with what. */
export interface GtfsRider {
  /** Rider category; undefined: the default one. */
  readonly category?: string
  /** Fare medium; undefined: any. */
  readonly medium?: string
}

/** A way to pay a leg. */
export interface LegOption {
  readonly rule: LegRule
  readonly product: FareProduct
}

/** Leg rules ready to be asked; the meaning of blanks is settled once. */
export interface LegMatcher {
  /** All ways to pay a leg, of the highest priority, cheapest first; none: the fare is not known. */
  options(leg: EffectiveLeg, rider: GtfsRider): readonly LegOption[]
  /** Whether any rule fits a leg, whoever rides it. */
  covers(leg: EffectiveLeg): boolean
}

/**
 * Prepares the leg rules. Without the column `rule_priority` a blank network or area means "all
 * except those that the column lists"; with it, a blank does not matter and the highest priority
 * wins. A blank timeframe never matters.
 */
export function legMatcher(feed: FareFeed): LegMatcher {
  const { legRules, byPriority } = feed
  const listed = {
    network: listedIn(legRules, 'network'),
    fromArea: listedIn(legRules, 'fromArea'),
    toArea: listedIn(legRules, 'toArea'),
  }
  const fits = (wanted: string | null, of: ReadonlySet<string>, all: ReadonlySet<string>) => {
    if (wanted !== null) return of.has(wanted)
    if (byPriority || of.size === 0) return true
    return [...of].some((id) => !all.has(id))
  }
  const matches = (rule: LegRule, leg: EffectiveLeg) =>
    fits(rule.network, leg.networks, listed.network) &&
    fits(rule.fromArea, feed.areasOf(leg.from), listed.fromArea) &&
    fits(rule.toArea, feed.areasOf(leg.to), listed.toArea) &&
    inTimeframe(feed, rule.fromTimeframe, leg.enter) &&
    inTimeframe(feed, rule.toTimeframe, leg.exit)
  return {
    covers: (leg) => legRules.some((rule) => matches(rule, leg)),
    options(leg, rider) {
      const matching = legRules.filter((rule) => matches(rule, leg))
      const highest = matching.reduce((most, { priority }) => Math.max(most, priority), 0)
      return matching
        .filter(({ priority }) => !byPriority || priority === highest)
        .flatMap((rule) =>
          productsFor(feed, rule.product, rider).map((product) => ({ rule, product })),
        )
        .toSorted((one, two) => one.product.amount - two.product.amount)
    },
  }
}

function listedIn(
  rules: readonly LegRule[],
  column: 'network' | 'fromArea' | 'toArea',
): ReadonlySet<string> {
  return new Set(rules.flatMap((rule) => rule[column] ?? []))
}

/** In local time, on the calendar day of the moment itself; the start counts in, the end does not. */
function inTimeframe(feed: FareFeed, group: string | null, at: LocalTime): boolean {
  if (group === null) return true
  const frames: readonly Timeframe[] = feed.timeframes.get(group) ?? []
  return frames.some(
    ({ startS, endS, service }) =>
      startS <= at.secondOfDay && at.secondOfDay < endS && feed.runs(service, at.date),
  )
}

/** The records of a product that this rider may buy with this medium. */
export function productsFor(
  feed: FareFeed,
  id: string,
  { category, medium }: GtfsRider,
): readonly FareProduct[] {
  const categories = category === undefined ? feed.defaultCategory : new Set([category])
  const records = (feed.products.get(id) ?? []).filter(
    (product) => product.medium === null || medium === undefined || product.medium === medium,
  )
  const own = records.filter(
    ({ riderCategory }) => riderCategory !== null && categories.has(riderCategory),
  )
  // A record of the rider's own category stands before one for everybody.
  return own.length > 0 ? own : records.filter(({ riderCategory }) => riderCategory === null)
}
