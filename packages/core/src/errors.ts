/** Texts of one error code in both languages of the house. */
export interface ErrorText {
  readonly en: string
  readonly zh: string
}

/** A package's closed table of error codes. Keys are stable: integrators switch on them. */
export type ErrorTable = Readonly<Record<string, ErrorText>>

/**
 * Bad input, refused with a stable machine-readable code.
 * Misuse by the programmer is a `TypeError` instead.
 */
export class UnifareError extends Error {
  readonly code: string
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, details: Record<string, unknown> = {}) {
    super(message)
    this.name = 'UnifareError'
    this.code = code
    this.details = details
  }
}

/** Throws a `UnifareError` unless the condition holds; for checks of data, not of logic. */
export function requireData(
  condition: boolean,
  code: string,
  message: string,
  details: Record<string, unknown> = {},
): asserts condition {
  if (!condition) throw new UnifareError(code, message, details)
}

/** Throws a `TypeError` unless the condition holds; for invariants a correct program never breaks. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new TypeError(`invariant broken: ${message}`)
}
