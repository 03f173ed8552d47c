import type { DenyEntry } from '@unifare/bundle'
import type { PurseScheme } from '@unifare/card'
import { MODES, type Mode } from '@unifare/tap'

/** Codes of the profile for words of ours, and back. */
export interface Codes<Word extends string> {
  readonly code: (word: Word) => string
  readonly word: (code: string) => Word | undefined
}

function codes<const T extends Readonly<Record<string, string>>>(
  table: T,
): Codes<keyof T & string> {
  const words = new Map(
    Object.entries(table).map(([word, code]) => [code, word as keyof T & string]),
  )
  return { code: (word) => table[word] ?? '', word: (code) => words.get(code) }
}

/** Transaction type of a debit by its type byte: 06 plain, 09 compound (reference clearing 1.3). */
export const txTypes = codes({ '6': '8451', '9': '8460' })

/** Third class of CR's business types; ride codes here (ours: what the class is for is not told). */
export const TX_TYPE_CODE = '8401'

/** Key system of the card (ours). */
export const organisations: Codes<PurseScheme> = codes({ mot: '01', mohurd: '02' })

/** Channel: the mode's code, the industry byte of the card's trip record where it has one. */
export const channels = codes(
  Object.fromEntries(
    Object.entries(MODES).map(([mode, code]) => [
      mode,
      code.toString(16).toUpperCase().padStart(2, '0'),
    ]),
  ) as Record<Mode, string>,
)

/** Merchant category by mode (ours); several modes share one, so that it says nothing alone. */
export const MCC = {
  metro: '4111',
  'light-rail': '4111',
  ferry: '4111',
  cableway: '4111',
  bus: '4131',
  brt: '4131',
  taxi: '4121',
  bicycle: '7999',
} as const satisfies Record<Mode, string>

/** Reasons of deny entries (ours). */
export const denyReasons: Codes<DenyEntry['reason']> = codes({
  arrears: '01',
  lost: '02',
  fraud: '03',
  withdrawn: '04',
})

/** Media of deny entries (ours). */
export const denyMedia: Codes<DenyEntry['medium']> = codes({ card: '1', code: '2' })
