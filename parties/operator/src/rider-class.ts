import { type CompiledTariff, holderClass } from '@unifare/fares'
import { parseCode } from '@unifare/ridecode'
import type { Tap } from '@unifare/tap'
import type { PriceNote } from './priced-ride.ts'

/**
 * The rider's class as the medium carries it, certified by its issuer. One that the tariff does not
 * know, or that nobody knows, is priced as an adult and told so.
 */
export function riderClassOf(
  tap: Tap,
  compiled: Pick<CompiledTariff, 'classes'>,
): { readonly riderClass: string; readonly note: PriceNote | undefined } {
  const { riderClass, unknown } = holderClass(holderKindOf(tap), compiled)
  if (unknown === null) return { riderClass, note: undefined }
  const note = {
    rule: 'class.as-adult',
    zh: `票价没有该类乘客（${unknown}）：按成人计价`,
    en: `the tariff knows no such riders (${unknown}): priced as an adult`,
  }
  return { riderClass, note }
}

/** 0 where the record does not tell it. */
function holderKindOf({ medium, evidence, holderKind = 0 }: Tap): number {
  if (medium !== 'code') return holderKind
  const read = parseCode(evidence)
  return read.ok ? read.code.accountType : 0
}
