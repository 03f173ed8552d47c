import { type CodeReject, reject } from './errors.ts'
import { DEFAULT_CODE_POLICY } from './policy.ts'
import type { CodeIdentity, RideCode } from './ride-code.ts'

/** What a code was shown for. An exit needs another code than its entry. */
export type CodePurpose = 'single' | 'entry' | 'exit' | 'rent' | 'return'

/** A code that a terminal let through. */
export interface SeenCode extends CodeIdentity {
  readonly purpose: CodePurpose
  /** When it was seen, Unix seconds. */
  readonly atS: number
  /** The last second in which it could be shown again. */
  readonly untilS: number
}

/**
 * What a terminal remembers of codes, in the order they came: plain data, so it is stored and
 * shared as JSON. It keeps every code for its validity and the skew of clocks; remembering only
 * the last one would let A, B, A pass.
 */
export interface ReplayMemory {
  readonly seen: readonly SeenCode[]
}

/** Memory of a terminal that has seen nothing yet. */
export function createReplayMemory(): ReplayMemory {
  return { seen: [] }
}

/** Times of the rules. */
export interface ReplayRules {
  /** One rider's next code is refused for so long. */
  readonly sameUserS: number
  /** Added to the validity of a code: clocks of phone and terminal differ. */
  readonly skewS: number
}

export const DEFAULT_REPLAY_RULES: ReplayRules = {
  sameUserS: 5,
  skewS: DEFAULT_CODE_POLICY.futureSkewS,
}

/**
 * How many a rider may take along: so many more codes of the same account pass at once, and none
 * beyond them, within a time (reference reliability 3.3 Q2).
 */
export interface CompanionLimit {
  /** Companions at most; 0 lets nobody follow. */
  readonly most: number
  /** Seconds for which the count holds: the validity of a code. */
  readonly withinS: number
}

/** A code before the gate. */
export interface Presentation {
  /** Now, Unix seconds. */
  readonly atS: number
  readonly purpose: CodePurpose
  /** What the rider's issuer states about companions; absent where it states nothing. */
  readonly companions?: CompanionLimit
  /** `DEFAULT_REPLAY_RULES` when not given. */
  readonly rules?: ReplayRules
}

/**
 * Whether a code may be used once more: `code.replayed` for one seen before,
 * `code.wrong-state` when the same code that opened a ride shall close it, `code.too-soon` for
 * another code of the same rider within some seconds, `code.too-many` for one beyond the
 * companions that the issuer states.
 */
export function checkReplay(
  memory: ReplayMemory,
  identity: CodeIdentity,
  presentation: Presentation,
): { readonly ok: true } | CodeReject {
  const { atS, purpose, companions, rules = DEFAULT_REPLAY_RULES } = presentation
  const same = memory.seen.find((seen) => isSameCode(seen, identity))
  if (same) return reject(opens(same.purpose, purpose) ? 'code.wrong-state' : 'code.replayed')
  // The clock may have been set back between the two: the distance counts, not the order.
  const withinS = (seconds: number) =>
    memory.seen.filter((seen) => isSameRider(seen, identity) && Math.abs(atS - seen.atS) < seconds)
  if (companions === undefined || companions.most === 0) {
    if (withinS(rules.sameUserS).length > 0) return reject('code.too-soon')
  }
  if (companions === undefined) return { ok: true }
  const before = withinS(companions.withinS).filter((seen) => seen.purpose === purpose).length
  if (before <= companions.most) return { ok: true }
  return reject(companions.most === 0 ? 'code.too-soon' : 'code.too-many')
}

/**
 * The memory with one more code and without the expired ones. Remember before "go" is shown,
 * together with the record.
 */
export function remember(
  memory: ReplayMemory,
  identity: CodeIdentity,
  presentation: Presentation & Pick<RideCode, 'validityS'>,
): ReplayMemory {
  const { atS, purpose, validityS, rules = DEFAULT_REPLAY_RULES } = presentation
  const { issuer, account, generationTimeS } = identity
  const untilS = Math.max(generationTimeS + validityS + rules.skewS, atS + rules.sameUserS)
  const { seen } = expire(memory, atS)
  return { seen: [...seen, { issuer, account, generationTimeS, purpose, atS, untilS }] }
}

/** The memory without codes that no terminal would take any more. */
export function expire(memory: ReplayMemory, atS: number): ReplayMemory {
  const seen = memory.seen.filter(({ untilS }) => untilS >= atS)
  return seen.length === memory.seen.length ? memory : { seen }
}

/** The memory without one code: its tap was void because nobody was ever told "go". */
export function forget(memory: ReplayMemory, identity: CodeIdentity): ReplayMemory {
  return { seen: memory.seen.filter((seen) => !isSameCode(seen, identity)) }
}

/** Whether the second use would close what the first one opened. */
export function opens(first: CodePurpose, second: CodePurpose): boolean {
  return (first === 'entry' && second === 'exit') || (first === 'rent' && second === 'return')
}

/** Whether two codes are of one account. */
export function isSameRider(a: CodeIdentity, b: CodeIdentity): boolean {
  return a.account === b.account && a.issuer === b.issuer
}

/** Whether two codes are one, whatever their bytes. */
export function isSameCode(a: CodeIdentity, b: CodeIdentity): boolean {
  return a.generationTimeS === b.generationTimeS && isSameRider(a, b)
}
