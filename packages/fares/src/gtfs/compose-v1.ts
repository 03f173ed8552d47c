import type { Composed, Composition, CompositionPart } from './compose.ts'
import type { FareAttribute, FareFeed } from './feed.ts'
import type { GtfsLeg } from './legs.ts'

/** The cheapest fares so far, and the next best way. */
interface Best {
  readonly amount: number
  readonly parts: readonly CompositionPart[]
}

/**
 * The cheapest way to pay a journey with fares of version 1: every run of legs that one fare may
 * cover is tried. A fare with rules needs a row that names the run's routes, origin, destination;
 * zones under `contains_id` must be exactly those that are passed.
 */
export function composeFaresV1(feed: FareFeed, legs: readonly GtfsLeg[]): Composed {
  const refused = refusal(feed, legs)
  if (refused) return refused
  const currencies = new Set(feed.attributes.map(({ currency }) => currency))
  const [currency] = currencies
  if (currency === undefined) return { ok: false, code: 'fares.no-rule', leg: 0 }
  if (currencies.size > 1) return { ok: false, code: 'fares.two-currencies', leg: 0 }
  let ways = 0
  /** Best two ways to pay the first n legs. */
  const paid: (readonly Best[])[] = [[{ amount: 0, parts: [] }]]
  for (let end = 1; end <= legs.length; end++) {
    const found: Best[] = []
    for (let start = 0; start < end; start++) {
      const run = legs.slice(start, end)
      for (const fare of feed.attributes) {
        if (!covers(feed, fare, run)) continue
        for (const before of paid[start] ?? []) {
          ways++
          found.push({
            amount: before.amount + fare.amount,
            parts: [...before.parts, partOf(fare, start, end)],
          })
        }
      }
    }
    paid.push(found.toSorted((one, two) => one.amount - two.amount).slice(0, 2))
  }
  const [best, runnerUp] = paid[legs.length] ?? []
  if (best === undefined) {
    const leg = paid.findIndex((found) => found.length === 0) - 1
    return { ok: false, code: 'fares.no-rule', leg }
  }
  const told = ({ amount, parts }: Best): Composition => ({ amount, currency, parts })
  return { ok: true, best: told(best), runnerUp: runnerUp ? told(runnerUp) : null, ways }
}

function refusal(feed: FareFeed, legs: readonly GtfsLeg[]): Composed | undefined {
  if (legs.length === 0) return { ok: false, code: 'fares.bad-ride', leg: 0 }
  for (const [leg, { route, from, to, enter, exit }] of legs.entries()) {
    if (!feed.hasRoute(route)) return { ok: false, code: 'fares.unknown-route', leg }
    if (!feed.hasStop(from) || !feed.hasStop(to)) {
      return { ok: false, code: 'fares.unknown-stop', leg }
    }
    if (exit.instant < enter.instant) return { ok: false, code: 'fares.exit-before-entry', leg }
  }
  return undefined
}

function partOf(fare: FareAttribute, start: number, end: number): CompositionPart {
  return {
    kind: 'leg',
    amount: fare.amount,
    legs: Array.from({ length: end - start }, (_, i) => start + i),
    product: fare.id,
    name: '',
    medium: null,
    riderCategory: null,
    source: `fare_attributes.txt line ${fare.line}`,
  }
}

function covers(feed: FareFeed, fare: FareAttribute, run: readonly GtfsLeg[]): boolean {
  const { transfers, transferDurationS, agency, rules } = fare
  if (transfers !== null && run.length - 1 > transfers) return false
  const [first, last] = [run[0], run.at(-1)]
  if (first === undefined || last === undefined) return false
  const elapsedMs = last.enter.instant - first.enter.instant
  if (transferDurationS !== null && elapsedMs > transferDurationS * 1000) return false
  if (agency !== '' && run.some(({ route }) => feed.agencyOf(route) !== agency)) return false
  if (rules.length === 0) return true
  const zones = new Set(
    run.flatMap(({ from, to, zones: passed = [] }) => [
      feed.zoneOf(from),
      ...passed,
      feed.zoneOf(to),
    ]),
  )
  const contained = new Set(rules.flatMap(({ contains }) => (contains === '' ? [] : contains)))
  if (
    contained.size > 0 &&
    (contained.size !== zones.size || ![...zones].every((zone) => contained.has(zone)))
  ) {
    return false
  }
  return run.every(({ route }) =>
    rules.some(
      (rule) =>
        (rule.route === '' || rule.route === route) &&
        (rule.origin === '' || rule.origin === feed.zoneOf(first.from)) &&
        (rule.destination === '' || rule.destination === feed.zoneOf(last.to)),
    ),
  )
}
