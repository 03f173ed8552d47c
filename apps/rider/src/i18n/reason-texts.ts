import type { Text } from '@unifare/language'
import { REASONS, TRIP_REASONS } from '@unifare/tap'

const WORDS: Readonly<Record<string, Text<string>>> = { ...REASONS, ...TRIP_REASONS }

/** A reason for people; one of the future stands for itself. */
export function reasonText(code: string): Text<string> {
  return (Object.hasOwn(WORDS, code) ? WORDS[code] : undefined) ?? { zh: code, en: code }
}
