/** A name in both languages. */
export interface CodeName {
  readonly zh: string
  readonly en: string
}

/** Who knows the names of codes; the registry's `codeNames` is one. */
export interface CardNames {
  /** Name of a city by its four digits, GB/T 13497 style. */
  city(code: string): CodeName | undefined
  /** Name of an institution by its eight digits. */
  institution(code: string): CodeName | undefined
}

/** Knows none: every code prints as itself. */
export const NO_NAMES: CardNames = { city: () => undefined, institution: () => undefined }
