import type { Overview } from '../model.ts'

/** Taps that terminals refused, over all reasons. */
export function countRefused({ refused }: Overview): number {
  return Object.values(refused).reduce((sum, count) => sum + count, 0)
}

/** Entries of a tally, the largest first; equal ones by name. */
export function byCount(tally: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(tally).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
}
