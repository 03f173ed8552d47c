/** Limits of a terminal (reference ridecode 1.8). */
export interface CodePolicy {
  /** Longest validity believed, whatever the code says. */
  readonly maxValidityS: number
  /** How far the clock of a phone may run ahead. */
  readonly futureSkewS: number
  /** Account types that do not travel. */
  readonly refusedAccountTypes: readonly number[]
}

/** 20 minutes, 20 seconds, and the mark of suspended accounts; account type 00 is ordinary. */
export const DEFAULT_CODE_POLICY: CodePolicy = {
  maxValidityS: 1200,
  futureSkewS: 20,
  refusedAccountTypes: [0xdd],
}
