/**
 * Generation time of an account's next code. Never twice the same, also when the clock of the
 * phone is set back: identity and one charge hang on it. `lastS` is that of the last code signed,
 * kept by the wallet before it shows the code; null for none. An answer far ahead of `nowS` is
 * refused by terminals until the clock has caught up (`DEFAULT_CODE_POLICY.futureSkewS`).
 */
export function nextGenerationTime(lastS: number | null, nowS: number): number {
  return lastS === null ? nowS : Math.max(lastS + 1, nowS)
}
