import { type Fen, fen, requireData } from '@unifare/core'
import type { Dated } from './dated.ts'

/** A stretch of a journey on one operator's lines. */
export interface Leg {
  readonly operator: string
  readonly distanceM: number
}

/** One way that riders take between two places, and how many of a million take it. */
export interface Path {
  readonly ppm: number
  readonly legs: readonly Leg[]
}

/** How one fare is shared by the operators that carried the rider (reference clearing 1.9, 13). */
export type ApportionBy =
  /** Every leg counts the same. */
  | { readonly by: 'legs' }
  /** By the metres of each. */
  | { readonly by: 'distance' }
  /** By the ways that riders are known to take: the tap does not show which. */
  | { readonly by: 'paths'; readonly paths: readonly Path[] }
  /** By agreed parts of a million. */
  | { readonly by: 'agreed'; readonly ppm: Readonly<Record<string, number>> }

/** A dated rule of apportionment. */
export type ApportionRule = Dated & ApportionBy

/** A part of an amount that is a member's. */
export interface MemberShare {
  readonly member: string
  readonly amountFen: Fen
}

const WHOLE_PPM = 1_000_000

/**
 * Splits a whole amount by weights: parts sum to it exactly, and none is a unit or more from its
 * share. Units that are left go to the largest remainders, ties to the earlier part. An amount below
 * zero is split as its opposite. Throws a `TypeError` unless weights are at least 0 and one is above.
 */
export function largestRemainder(amount: bigint, weights: readonly bigint[]): bigint[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n)
  if (total <= 0n || weights.some((weight) => weight < 0n)) {
    throw new TypeError('weights of a split are at least 0, and one is above')
  }
  if (amount < 0n) return largestRemainder(-amount, weights).map((part) => -part)
  const parts = weights.map((weight) => (amount * weight) / total)
  const order = weights
    .map((weight, index) => ({ index, rest: (amount * weight) % total }))
    .sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1))
  let left = amount - parts.reduce((sum, part) => sum + part, 0n)
  for (const { index } of order) {
    if (left === 0n) break
    parts[index] = (parts[index] ?? 0n) + 1n
    left -= 1n
  }
  return parts
}

/**
 * The parts of a fare by a rule, in the order of members; they sum to it exactly. Throws
 * `apportion.no-share` when the rule gives nobody anything, `apportion.bad-rule` when its parts are not
 * a whole.
 */
export function apportion(
  amountFen: Fen,
  { rule, legs }: { readonly rule: ApportionBy; readonly legs: readonly Leg[] },
): MemberShare[] {
  const weights = [...weightsOf(rule, legs)].sort(([a], [b]) => (a < b ? -1 : 1))
  const some = weights.some(([, weight]) => weight > 0n)
  requireData(some, 'apportion.no-share', 'the rule gives nobody a share of the fare')
  const parts = largestRemainder(
    BigInt(fen(amountFen)),
    weights.map(([, weight]) => weight),
  )
  return weights.map(([member], index) => ({ member, amountFen: Number(parts[index] ?? 0n) }))
}

function weightsOf(rule: ApportionBy, legs: readonly Leg[]): ReadonlyMap<string, bigint> {
  switch (rule.by) {
    case 'legs':
      return sumBy(legs.map(({ operator }) => [operator, 1n]))
    case 'distance':
      return sumBy(legs.map(({ operator, distanceM }) => [operator, metres(distanceM)]))
    case 'agreed':
      checkWhole(Object.values(rule.ppm))
      return sumBy(Object.entries(rule.ppm).map(([member, ppm]) => [member, BigInt(ppm)]))
    case 'paths':
      return pathWeights(rule.paths)
  }
}

/** Each way shares its part of the fare by metres; one common denominator keeps that exact. */
function pathWeights(paths: readonly Path[]): ReadonlyMap<string, bigint> {
  checkWhole(paths.map(({ ppm }) => ppm))
  const lengths = paths.map(({ legs }) =>
    legs.reduce((sum, { distanceM }) => sum + metres(distanceM), 0n),
  )
  const none = paths.some(({ ppm }, index) => ppm > 0 && lengths[index] === 0n)
  requireData(!none, 'apportion.bad-rule', 'a path that riders take has no length')
  const common = lengths.reduce((product, length) => product * (length === 0n ? 1n : length), 1n)
  return sumBy(
    paths.flatMap(({ ppm, legs }, index) => {
      const length = lengths[index] ?? 0n
      return legs.map(({ operator, distanceM }): [string, bigint] => [
        operator,
        length === 0n ? 0n : (BigInt(ppm) * metres(distanceM) * common) / length,
      ])
    }),
  )
}

function checkWhole(parts: readonly number[]): void {
  const whole =
    parts.every((ppm) => Number.isSafeInteger(ppm) && ppm >= 0) &&
    parts.reduce((sum, ppm) => sum + ppm, 0) === WHOLE_PPM
  requireData(whole, 'apportion.bad-rule', 'parts of a million must sum to a million')
}

function metres(distanceM: number): bigint {
  const fits = Number.isSafeInteger(distanceM) && distanceM >= 0
  requireData(fits, 'apportion.bad-rule', `not a distance in metres: ${distanceM}`)
  return BigInt(distanceM)
}

function sumBy(entries: readonly (readonly [string, bigint])[]): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>()
  for (const [key, value] of entries) sums.set(key, (sums.get(key) ?? 0n) + value)
  return sums
}
