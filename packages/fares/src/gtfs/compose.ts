import type { FareFeed, FareProduct, TransferRule } from './feed.ts'
import { type GtfsRider, type LegOption, legMatcher, productsFor } from './leg-rules.ts'
import { type EffectiveLeg, effectiveLegs, type GtfsLeg } from './legs.ts'

/** A way to pay a whole journey. */
export interface Composition {
  readonly amount: number
  readonly currency: string
  /** Sum to the amount exactly. */
  readonly parts: readonly CompositionPart[]
}

/** One payment, and why. */
export interface CompositionPart {
  readonly kind: 'leg' | 'transfer'
  /** What it adds to the amount; a leg that its transfer covers adds 0. */
  readonly amount: number
  /** Legs of the journey that it stands for. */
  readonly legs: readonly number[]
  readonly product: string
  readonly name: string
  readonly medium: string | null
  readonly riderCategory: string | null
  /** `fare_leg_rules.txt line 12`. */
  readonly source: string
}

/** What can be said about a journey: the cheapest way and the next one, or why there is none. */
export type Composed =
  | {
      readonly ok: true
      readonly best: Composition
      readonly runnerUp: Composition | null
      /** Ways that were looked at: all of them. */
      readonly ways: number
    }
  | { readonly ok: false; readonly code: ComposeRefusal; readonly leg: number }

export type ComposeRefusal =
  | 'fares.unknown-stop'
  | 'fares.unknown-route'
  | 'fares.no-rule'
  | 'fares.no-product'
  | 'fares.two-currencies'
  | 'fares.exit-before-entry'
  | 'fares.bad-ride'

/** Most legs of one journey: all ways are tried. */
export const LEGS_MAX = 12

/** A way so far: what is paid, and the run of transfers that is still open. */
interface Way {
  readonly amount: number
  readonly parts: readonly CompositionPart[]
  readonly group: string
  /** Legs of the open run from the first that a transfer rule took, and transfers within one group. */
  readonly run: { readonly from: EffectiveLeg; readonly transfers: number } | null
}

/**
 * The cheapest lawful way to pay a journey under Fares v2: every leg rule, product and transfer
 * rule that fits is tried, separate tickets too, and the runner-up proves the choice. Amounts are
 * whole minor units.
 */
export function composeFares(feed: FareFeed, legs: readonly GtfsLeg[], rider: GtfsRider): Composed {
  const refused = refusal(feed, legs)
  if (refused) return refused
  const matcher = legMatcher(feed)
  const effective = effectiveLegs(feed, legs)
  let ways: Way[] = [{ amount: 0, parts: [], group: '', run: null }]
  let counted = 0
  let currency: string | undefined
  for (const [at, leg] of effective.entries()) {
    const options = matcher.options(leg, rider)
    const [option] = options
    if (option === undefined) {
      const code = matcher.covers(leg) ? 'fares.no-product' : 'fares.no-rule'
      return { ok: false, code, leg: leg.first }
    }
    currency ??= option.product.currency
    if (options.some(({ product }) => product.currency !== currency)) {
      return { ok: false, code: 'fares.two-currencies', leg: leg.first }
    }
    const before = effective[at - 1]
    const next = ways.flatMap((way) =>
      options.flatMap((choice) => waysOn({ feed, way, before, leg, choice, rider })),
    )
    if (next.length === 0) return { ok: false, code: 'fares.no-rule', leg: leg.first }
    counted += next.length
    ways = cheapestOfEach(next)
  }
  const [best, runnerUp] = distinct(ways)
  if (best === undefined || currency === undefined) {
    return { ok: false, code: 'fares.bad-ride', leg: 0 }
  }
  const told = ({ amount, parts }: Way): Composition => ({ amount, currency, parts })
  return { ok: true, best: told(best), runnerUp: runnerUp ? told(runnerUp) : null, ways: counted }
}

function refusal(feed: FareFeed, legs: readonly GtfsLeg[]): Composed | undefined {
  if (legs.length === 0 || legs.length > LEGS_MAX) {
    return { ok: false, code: 'fares.bad-ride', leg: 0 }
  }
  for (const [leg, { route, from, to, enter, exit }] of legs.entries()) {
    if (!feed.hasRoute(route)) return { ok: false, code: 'fares.unknown-route', leg }
    if (!feed.hasStop(from) || !feed.hasStop(to)) {
      return { ok: false, code: 'fares.unknown-stop', leg }
    }
    if (exit.instant < enter.instant) return { ok: false, code: 'fares.exit-before-entry', leg }
  }
  return undefined
}

interface Step {
  readonly feed: FareFeed
  readonly way: Way
  readonly before: EffectiveLeg | undefined
  readonly leg: EffectiveLeg
  readonly choice: LegOption
  readonly rider: GtfsRider
}

/** Every way to go on with a leg: as a ticket of its own, and by each transfer rule that fits. */
function waysOn(step: Step): Way[] {
  const { way, before, leg, choice } = step
  const { group } = choice.rule
  const ticket = legPart(leg, choice, choice.product.amount)
  const separate: Way = {
    amount: way.amount + choice.product.amount,
    parts: [...way.parts, ticket],
    group,
    run: null,
  }
  const tickets = choice.rule.transferOnly ? [] : [separate]
  return before === undefined ? tickets : [...tickets, ...transfersBetween(step, before)]
}

function transfersBetween(step: Step, before: EffectiveLeg): Way[] {
  const { feed, way, leg, choice, rider } = step
  const { group } = choice.rule
  const from = way.run?.from ?? before
  const transfers = (way.group === group ? (way.run?.transfers ?? 0) : 0) + 1
  const fitting = rulesBetween(feed, way.group, group)
    .filter((rule) => transfers <= mostTransfers(rule))
    .filter((rule) => inTime(rule, { from, to: leg, before }))
    .flatMap((rule) => {
      const products: readonly (FareProduct | null)[] =
        rule.product === null ? [null] : productsFor(feed, rule.product, rider)
      return products.map((product) => ({ rule, product }))
    })
  const smallest = Math.min(...fitting.map(({ rule }) => mostTransfers(rule)))
  return fitting
    .filter(({ rule }) => mostTransfers(rule) === smallest)
    .map(({ rule, product }) => apply(step, { rule, product, before, from, transfers }))
}

/** Transfers that a rule covers; of rules that differ in it, the smallest that is enough applies. */
function mostTransfers({ count }: TransferRule): number {
  return count === null || count === -1 ? Number.POSITIVE_INFINITY : count
}

interface Transfer {
  readonly rule: TransferRule
  readonly product: FareProduct | null
  readonly before: EffectiveLeg
  readonly from: EffectiveLeg
  readonly transfers: number
}

/** Types 0: S + BC, 1: S + BC + C, 2: BC for the two legs, with what was paid before them kept. */
function apply({ way, leg, choice }: Step, transfer: Transfer): Way {
  const { rule, product, before, from, transfers } = transfer
  const cost = product?.amount ?? 0
  const covered = rule.type === 1 ? choice.product.amount : 0
  // Type 2 sells both legs together: the ticket of the leg before goes.
  const undone = rule.type === 2 && way.run === null ? paidFor(way, before) : 0
  const parts = undone === 0 ? way.parts : way.parts.map((part) => withdrawn(part, before))
  const change: CompositionPart = {
    kind: 'transfer',
    amount: cost,
    legs: [before.last, leg.first],
    product: rule.product ?? '',
    name: product?.name ?? '',
    medium: product?.medium ?? null,
    riderCategory: product?.riderCategory ?? null,
    source: `fare_transfer_rules.txt line ${rule.line}`,
  }
  return {
    amount: way.amount - undone + cost + covered,
    parts: [...parts, change, legPart(leg, choice, covered)],
    group: choice.rule.group,
    run: { from, transfers },
  }
}

function paidFor(way: Way, leg: EffectiveLeg): number {
  return way.parts.find((part) => isTicketOf(part, leg))?.amount ?? 0
}

function withdrawn(part: CompositionPart, leg: EffectiveLeg): CompositionPart {
  return isTicketOf(part, leg) ? { ...part, amount: 0 } : part
}

function isTicketOf({ kind, legs }: CompositionPart, leg: EffectiveLeg): boolean {
  return kind === 'leg' && legs[0] === leg.first
}

function legPart(leg: EffectiveLeg, { rule, product }: LegOption, amount: number): CompositionPart {
  const legs = Array.from({ length: leg.last - leg.first + 1 }, (_, i) => leg.first + i)
  return {
    kind: 'leg',
    amount,
    legs,
    product: product.id,
    name: product.name,
    medium: product.medium,
    riderCategory: product.riderCategory,
    source: `fare_leg_rules.txt line ${rule.line}`,
  }
}

/**
 * The rules between two groups: those that name both; where there are none, those with a blank,
 * which means every group that the column does not list.
 */
function rulesBetween(feed: FareFeed, fromGroup: string, toGroup: string): TransferRule[] {
  const { transferRules } = feed
  const exact = transferRules.filter(
    (rule) => rule.fromGroup === fromGroup && rule.toGroup === toGroup,
  )
  if (exact.length > 0) return exact
  const listed = (column: 'fromGroup' | 'toGroup', group: string) =>
    transferRules.some((rule) => rule[column] === group)
  return transferRules.filter(
    (rule) =>
      (rule.fromGroup === fromGroup ||
        (rule.fromGroup === null && !listed('fromGroup', fromGroup))) &&
      (rule.toGroup === toGroup || (rule.toGroup === null && !listed('toGroup', toGroup))),
  )
}

/** Whether the transfer lies in its time; repeated ones count from the first leg of the run. */
function inTime(
  { limitS, limitType }: TransferRule,
  { from, to }: { readonly from: EffectiveLeg; readonly to: EffectiveLeg; before: EffectiveLeg },
): boolean {
  if (limitS === null) return true
  const start = limitType === 0 || limitType === 1 ? from.enter : from.exit
  const end = limitType === 0 || limitType === 3 ? to.exit : to.enter
  return end.instant - start.instant <= limitS * 1000
}

/**
 * Ways that cannot be told apart from here on (same group, same open run) are kept twice at most:
 * the two cheapest of each decide both the best and the runner-up.
 */
function cheapestOfEach(ways: readonly Way[]): Way[] {
  const groups = new Map<string, Way[]>()
  for (const way of ways) {
    const { group, run } = way
    const last = way.parts.at(-1)
    const key = `${group} ${run?.from.first ?? '-'} ${run?.transfers ?? 0} ${last?.amount ?? 0}`
    groups.set(key, [...(groups.get(key) ?? []), way])
  }
  return [...groups.values()].flatMap((group) => distinct(group).slice(0, 2))
}

/** Cheapest first, without ways that buy the same things. */
function distinct(ways: readonly Way[]): Way[] {
  const seen = new Set<string>()
  return ways
    .toSorted((one, two) => one.amount - two.amount || one.parts.length - two.parts.length)
    .filter(({ parts }) => {
      const bought = parts
        .map(({ kind, legs, product, amount, medium }) =>
          [kind, legs, product, amount, medium].join(':'),
        )
        .join('|')
      if (seen.has(bought)) return false
      seen.add(bought)
      return true
    })
}
