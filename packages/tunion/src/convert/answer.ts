import type { TunionErrorCode } from '../errors.ts'

/** What does not fit the other format: a value, for who reads millions of lines. */
export interface Misfit {
  readonly ok: false
  readonly code: TunionErrorCode
  readonly field: string
}

/** A misfit of a field. */
export function misfit(code: TunionErrorCode, field: string): Misfit {
  return { ok: false, code, field }
}
