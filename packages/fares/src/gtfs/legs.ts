import type { FareFeed, JoinRule } from './feed.ts'

/** A leg of a journey to be priced, as it was ridden. */
export interface GtfsLeg {
  readonly route: string
  readonly from: string
  readonly to: string
  readonly enter: LocalTime
  readonly exit: LocalTime
  /** Zones that were passed, for fares of version 1 which ask for them. */
  readonly zones?: readonly string[]
}

/** A moment where it happened: the calendar day and second of the day, and its instant in ms. */
export interface LocalTime {
  /** YYYYMMDD. */
  readonly date: string
  readonly secondOfDay: number
  readonly instant: number
}

/** Legs that count as one: with one leg it is that leg itself. */
export interface EffectiveLeg {
  /** Places of its legs in the journey. */
  readonly first: number
  readonly last: number
  readonly from: string
  readonly to: string
  readonly enter: LocalTime
  readonly exit: LocalTime
  /** Networks of all its legs. */
  readonly networks: ReadonlySet<string>
  /** Join rules that made it one. */
  readonly joins: readonly JoinRule[]
}

/** A leg by itself. */
export function singleLeg(feed: FareFeed, legs: readonly GtfsLeg[], at: number): EffectiveLeg {
  const leg = legs[at]
  if (leg === undefined) throw new TypeError(`there is no leg ${at}`)
  const { from, to, enter, exit, route } = leg
  return { first: at, last: at, from, to, enter, exit, networks: feed.networksOf(route), joins: [] }
}

/**
 * Joins legs as `fare_leg_join_rules.txt` says: both networks must match, and the second leg must
 * begin where the first ended unless the rule names a pair of stops. Chains join as a whole.
 * Joining is what the feed states, so it is not a choice.
 */
export function effectiveLegs(feed: FareFeed, legs: readonly GtfsLeg[]): EffectiveLeg[] {
  const result: EffectiveLeg[] = []
  for (let at = 0; at < legs.length; at++) {
    const next = singleLeg(feed, legs, at)
    const before = result.at(-1)
    const rule = before && joinRule(feed, before, { legs, at })
    if (before === undefined || rule === undefined) {
      result.push(next)
      continue
    }
    result[result.length - 1] = {
      ...before,
      last: at,
      to: next.to,
      exit: next.exit,
      networks: new Set([...before.networks, ...next.networks]),
      joins: [...before.joins, rule],
    }
  }
  return result
}

function joinRule(
  feed: FareFeed,
  before: EffectiveLeg,
  { legs, at }: { readonly legs: readonly GtfsLeg[]; readonly at: number },
): JoinRule | undefined {
  const [earlier, later] = [legs[at - 1], legs[at]]
  if (earlier === undefined || later === undefined) return undefined
  const fromNetworks = feed.networksOf(earlier.route)
  const toNetworks = feed.networksOf(later.route)
  return feed.joinRules.find(
    ({ fromNetwork, toNetwork, fromStop, toStop }) =>
      fromNetworks.has(fromNetwork) &&
      toNetworks.has(toNetwork) &&
      (fromStop === null
        ? before.to === later.from
        : fromStop === before.to && toStop === later.from),
  )
}
