import type { ClearedSegments, Verdict } from '@unifare/centre'

/**
 * Classes of faults that are put into a generated day, by the verdict with which clearing must
 * answer the one charge that each of them spoils.
 */
export const NATIONAL_FAULTS = [
  'card.bad-tac',
  'card.bad-mac2',
  'card.evidence',
  'tap.conflict',
  'tap.missing',
  'tap.charged',
  'tap.foreign',
  'tap.overdue',
  'deny.listed',
  'test',
] as const satisfies readonly Verdict[]

/** The same for codes: a spoilt signature, a price above the cap, the same code charged twice. */
export const CODE_FAULTS = [
  'code.invalid',
  'code.over-cap',
  'tap.charged',
] as const satisfies readonly Verdict[]

export type NationalFault = (typeof NATIONAL_FAULTS)[number]
export type CodeFault = (typeof CODE_FAULTS)[number]

/** What a charge must come out as: all others settle. */
export interface Expected {
  readonly operator: string
  readonly number: number
  readonly verdict: Verdict
}

/** The fault at a place of a slice, classes in turns; undefined for a good tap. */
export function faultAt<F extends string>(
  classes: readonly F[],
  place: number,
  tapsPerFault: number,
): F | undefined {
  if (tapsPerFault === 0) return undefined
  const distance = Math.max(1, Math.floor(tapsPerFault / classes.length))
  return place % distance === 0 ? classes[(place / distance) % classes.length] : undefined
}

/** Faults put in and found, by verdict; `exact` when every class has the count it must have. */
export interface Faults {
  readonly injected: Readonly<Record<string, number>>
  readonly found: Readonly<Record<string, number>>
  readonly exact: boolean
}

/** Compares what was put in with what was refused, by verdict. */
export function faultsOf(
  expected: readonly Expected[],
  { verdicts, charges }: Pick<ClearedSegments, 'verdicts' | 'charges'>,
): Faults {
  const injected: Record<string, number> = { normal: charges - expected.length }
  for (const { verdict } of expected) injected[verdict] = (injected[verdict] ?? 0) + 1
  const names = new Set([...Object.keys(injected), ...Object.keys(verdicts)])
  const exact = [...names].every((name) => (injected[name] ?? 0) === (verdicts[name] ?? 0))
  return { injected, found: verdicts, exact }
}
