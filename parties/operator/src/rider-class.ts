import type { CompiledTariff } from '@unifare/fares'
import { parseCode } from '@unifare/ridecode'
import type { Tap } from '@unifare/tap'
import type { PriceNote } from './priced-ride.ts'

const ADULT = 'adult'

/** Kinds of holders, the same list for cards and codes (reference card 2.3, ridecode field 8). */
const CLASSES: Readonly<Record<number, string>> = {
  0: ADULT,
  1: ADULT,
  2: 'student',
  3: 'senior',
  // A test card rides as anybody.
  4: ADULT,
  5: 'military',
}

/**
 * The rider's class as the medium carries it, certified by its issuer. One that the tariff does not
 * know, or that nobody knows, is priced as an adult and told so.
 */
export function riderClassOf(
  tap: Tap,
  { classes }: Pick<CompiledTariff, 'classes'>,
): { readonly riderClass: string; readonly note: PriceNote | undefined } {
  const kind = holderKindOf(tap)
  const riderClass = CLASSES[kind]
  if (riderClass === ADULT || (riderClass !== undefined && classes.has(riderClass))) {
    return { riderClass, note: undefined }
  }
  const name = riderClass ?? String(kind)
  const note = {
    rule: 'class.as-adult',
    zh: `票价没有该类乘客（${name}）：按成人计价`,
    en: `the tariff knows no such riders (${name}): priced as an adult`,
  }
  return { riderClass: ADULT, note }
}

/** 0 where the record does not tell it. */
function holderKindOf({ medium, evidence }: Tap): number {
  if (medium !== 'code') return 0
  const read = parseCode(evidence)
  return read.ok ? read.code.accountType : 0
}
