import type { Day } from '@unifare/core'
import type { MembershipRow } from './membership.ts'
import type { Medium, Mode } from './modes.ts'
import type { AcceptanceFact } from './relation.ts'

/** Who asks to ride where: acceptor × mode × issuer. Places are named as people name them. */
export interface AcceptanceQuery {
  /** The documents' facts (default) or Unifare's own simulated membership. */
  readonly set?: 'seed' | 'simulated'
  /** Default: T-Union for a card, the ride code for a code; Lingnan Pass only when named. */
  readonly network?: 'lingnan-pass'
  readonly acceptor: {
    readonly city: string
    /** Institution code of an operator (simulated set). */
    readonly operator?: string
    readonly line?: string
  }
  readonly mode: Mode
  /** Card unless told. */
  readonly medium?: Medium
  readonly issuer: {
    readonly city?: string
    /** Institution code of an issuer (simulated set). */
    readonly institution?: string
    /** Card name, and the series printed on it where only some are accepted. */
    readonly card?: string
    readonly series?: string
    /** Brand of a ride code. */
    readonly brand?: string
  }
  /** The day of the ride; the documents' own date unless told. */
  readonly at?: Day
}

/** `unknown`: the sources do not tell. Never read it as a no. */
export type Answer = 'yes' | 'no' | 'partly' | 'unknown'

/** Why an answer is as it is, in both languages, with the source's own words where there are any. */
export interface Reason {
  readonly zh: string
  readonly en: string
  readonly words: string | null
  readonly document: 't-union' | 'ride-code' | 'simulated' | null
  readonly sourceLine: number | null
}

/** An answer with its reasons and the lines of the relation that it stands on. */
export interface Acceptance {
  readonly answer: Answer
  readonly why: readonly Reason[]
  readonly rows: readonly (AcceptanceFact | MembershipRow)[]
}

interface Source {
  readonly words: string
  readonly document: 't-union' | 'ride-code'
  readonly sourceLine: number
}

/** A reason in both languages, with the source that it stands on. */
export function reason(zh: string, en: string, source?: Source): Reason {
  return {
    zh,
    en,
    words: source?.words ?? null,
    document: source?.document ?? null,
    sourceLine: source?.sourceLine ?? null,
  }
}

/** The weaker of two answers that must both hold: no, unknown, partly, yes. */
export function both(a: Answer, b: Answer): Answer {
  return ORDER.indexOf(a) < ORDER.indexOf(b) ? a : b
}

const ORDER: readonly Answer[] = ['no', 'unknown', 'partly', 'yes']
