import { type CodeReject, reject } from './errors.ts'
import {
  type CodePurpose,
  type CompanionLimit,
  DEFAULT_REPLAY_RULES,
  isSameCode,
  isSameRider,
  opens,
  type ReplayRules,
  type SeenCode,
} from './replay.ts'
import type { CodeIdentity, RideCode } from './ride-code.ts'

/** Seconds in which an account enters a station once (reference reliability 3.3 Q7). */
export const PASS_BACK_S = 300

/** A code that one of a station's terminals is about to let through. */
export interface StationClaim extends CodeIdentity, Pick<RideCode, 'validityS'> {
  readonly terminal: string
  readonly purpose: CodePurpose
  /** When the terminal saw it, Unix seconds. */
  readonly atS: number
  /** What the rider's issuer states; without a word there are no companions. */
  readonly companions?: Pick<CompanionLimit, 'most'>
}

/** A code that one of the terminals let through. */
export interface StationCode extends SeenCode {
  readonly terminal: string
}

/** What the linked terminals of a station remember together: plain data. */
export interface StationMemory {
  readonly seen: readonly StationCode[]
}

/** Memory of a station that has seen nothing yet. */
export function createStationMemory(): StationMemory {
  return { seen: [] }
}

/**
 * Judges a claim and remembers it when it is good. Refuses with `code.replayed` or
 * `code.wrong-state` a code that another terminal took, with `code.passed-back` an account that
 * entered here within `PASS_BACK_S` and did not leave since. The same terminal may claim a code
 * again: whether it let it through stands in its own journal, perhaps it was cut off before.
 */
export function claimAtStation(
  memory: StationMemory,
  claim: StationClaim,
  rules: ReplayRules = DEFAULT_REPLAY_RULES,
): ({ readonly ok: true } | CodeReject) & { readonly memory: StationMemory } {
  const seen = memory.seen.filter(({ untilS }) => untilS >= claim.atS)
  const kept = { seen }
  const same = seen.filter((one) => isSameCode(one, claim))
  const elsewhere = same.find(({ terminal }) => terminal !== claim.terminal)
  if (elsewhere !== undefined) {
    const code = opens(elsewhere.purpose, claim.purpose) ? 'code.wrong-state' : 'code.replayed'
    return { ...reject(code), memory: kept }
  }
  if (same.length > 0) return { ok: true, memory: kept }
  const inside = claim.purpose === 'entry' ? entriesOf(seen, claim) : 0
  if (inside > (claim.companions?.most ?? 0)) {
    return { ...reject('code.passed-back'), memory: kept }
  }
  return { ok: true, memory: { seen: [...seen, codeOf(claim, rules)] } }
}

/** The memory without a code that its terminal voided: nobody passed with it. */
export function releaseAtStation(
  memory: StationMemory,
  released: CodeIdentity & Pick<StationClaim, 'terminal'>,
): StationMemory {
  const isIt = (one: StationCode) => one.terminal === released.terminal && isSameCode(one, released)
  return { seen: memory.seen.filter((one) => !isIt(one)) }
}

/** How many of an account went in within the time and did not come out again. */
function entriesOf(seen: readonly StationCode[], claim: StationClaim): number {
  const own = seen.filter(
    (one) => isSameRider(one, claim) && Math.abs(claim.atS - one.atS) < PASS_BACK_S,
  )
  const count = (purpose: CodePurpose) => own.filter((one) => one.purpose === purpose).length
  return count('entry') - count('exit')
}

function codeOf(
  { issuer, account, generationTimeS, purpose, atS, terminal, validityS }: StationClaim,
  { skewS }: ReplayRules,
): StationCode {
  const untilS = Math.max(generationTimeS + validityS + skewS, atS + PASS_BACK_S)
  return { issuer, account, generationTimeS, purpose, atS, terminal, untilS }
}
