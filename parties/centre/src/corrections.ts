import type { Fen } from '@unifare/core'
import { type Charge, type ChargePart, chargeId } from '@unifare/tap'
import type { Fee } from './fees.ts'
import type { Verdict } from './verdicts.ts'

/** A charge of an earlier day that a correction names, with the fee it settled under. */
export interface PastCharge {
  readonly charge: Charge
  readonly verdict: Verdict
  /** Null for one that did not settle. */
  readonly fee: Fee | null
}

/** A correction that settled. */
export interface SettledCorrection {
  /** The charge that it took the place of. */
  readonly corrects: string
  /** The first charge of the journey that settled: its taps are settled under that name. */
  readonly first: string
}

/** What a correction takes back: the charge that stood, whole, with its fees. */
export interface Reversal {
  readonly charge: string
  readonly amountFen: Fen
  readonly fee: Fee
  /** Parts of its price, where some of them are other members'. */
  readonly parts?: readonly ChargePart[]
}

/** What is known of charges when a correction is judged; grows while a day is cleared. */
export interface ChargeMemory {
  readonly charges: ReadonlyMap<string, PastCharge>
  /** Settled corrections by their own name. */
  readonly corrections: ReadonlyMap<string, SettledCorrection>
  /** Names of charges that a settled correction took the place of. */
  readonly corrected: ReadonlySet<string>
}

/** What a correction stands on. */
export type Standing =
  /** A charge that settled and stands: it is taken back. */
  | { readonly kind: 'settled'; readonly reverses: Reversal; readonly first: string }
  /** Nothing of the journey settled: the correction is judged as a first charge. */
  | { readonly kind: 'first' }
  | { readonly kind: 'refused'; readonly verdict: Verdict }

/**
 * What the charge that a correction names amounts to. A refused correction changed nothing, so what
 * stood before it is looked for. Only a charge by code of the same rider, issuer, operator and mode
 * is corrected, and each once: the next correction names the newest.
 */
export function standingOf(charge: Charge, memory: ChargeMemory): Standing {
  let [number, name] = [charge.corrects, '']
  for (;;) {
    // A number that does not fall could name itself.
    name = chargeId({ operator: charge.operator, number })
    const old = number < charge.number ? memory.charges.get(name) : undefined
    // A charge of somebody else is none that this rider could correct: the rider has no such charge.
    if (old === undefined || !sameJourney(charge, old.charge)) {
      return { kind: 'refused', verdict: 'charge.unknown' }
    }
    if (old.verdict === 'normal' && old.fee !== null) {
      if (memory.corrected.has(name)) return { kind: 'refused', verdict: 'charge.corrected' }
      const { amountFen, parts } = old.charge
      const first = memory.corrections.get(name)?.first ?? name
      return {
        kind: 'settled',
        reverses: { charge: name, amountFen, fee: old.fee, ...sharedParts(parts) },
        first,
      }
    }
    if (old.charge.corrects === 0) return { kind: 'first' }
    if (old.charge.corrects >= number) return { kind: 'refused', verdict: 'charge.unknown' }
    number = old.charge.corrects
  }
}

/** Parts that name other members: what was shared is taken back as it was shared. */
function sharedParts(parts: readonly ChargePart[]): Pick<Reversal, 'parts'> {
  return parts.some(({ rule }) => rule.includes('@')) ? { parts } : {}
}

/** A card's charge is what the card was debited: there is nothing to correct. */
function sameJourney(one: Charge, other: Charge): boolean {
  return (
    one.medium === 'code' &&
    other.medium === 'code' &&
    one.issuer === other.issuer &&
    one.account === other.account &&
    one.mode === other.mode
  )
}

/** What a correction takes back, as it stands under the root. */
export function reversalLine({ charge, amountFen, fee }: Reversal): object {
  const { feeMicro, issuerMicro, acquirerMicro } = fee
  return {
    charge,
    amountFen,
    feeMicro: String(feeMicro),
    issuerMicro: String(issuerMicro),
    acquirerMicro: String(acquirerMicro),
  }
}
