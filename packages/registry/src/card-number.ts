import { luhnDigit, luhnValid, UnifareError } from '@unifare/core'
import { type Allotment, allotments } from './allotment.ts'
import { codes } from './codes.ts'
import { type RegistryErrorCode, registryErrors } from './errors.ts'
import { institution, simulated } from './institutions.ts'

/** A card number or ride-code account: 8 digits IIN, 10 of the issuer, 1 check digit. */
export interface CardNumber {
  readonly number: string
  readonly iin: string
  /** Institution code, or undefined for a real prefix whose issuer's code is not told. */
  readonly issuer: string | undefined
  readonly luhn: 'valid' | 'failed'
  readonly warnings: readonly { readonly zh: string; readonly en: string }[]
}

export interface NumberRefusal {
  readonly ok: false
  readonly code: RegistryErrorCode
  readonly message: string
}

/** A prefix of card numbers and whose they are. */
export interface NumberPrefix {
  readonly prefix: string
  readonly issuer: string | null
  /** Card kind or place that the prefix stands for, where told. */
  readonly brand: string | null
  readonly source: string
}

/** All known prefixes: allotted blocks, the sub-brands inside them, and those seen in real use. */
export function numberPrefixes(book: readonly Allotment[] = allotments()): readonly NumberPrefix[] {
  return [
    ...book.map(({ iin, issuer, source }) => ({ prefix: iin, issuer, brand: null, source })),
    ...simulated().prefixes,
    ...codes().prefixes.map(({ prefix, issuer, place, brand, source }) => ({
      prefix,
      issuer,
      brand: brand ?? place,
      source,
    })),
  ]
}

/**
 * Whose number it is, by the longest known prefix (8 to 13 digits, reference fares 1.3): a card's
 * sub-brand sits in digits after the IIN. Undefined when no prefix fits.
 */
export function issuerOfNumber(
  number: string,
  prefixes: readonly NumberPrefix[] = numberPrefixes(),
): NumberPrefix | undefined {
  let best: NumberPrefix | undefined
  for (const entry of prefixes)
    if (number.startsWith(entry.prefix) && entry.prefix.length > (best?.prefix.length ?? 0))
      best = entry
  return best
}

/**
 * Reads a number without throwing, for decision paths. Blanks and hyphens are dropped. Refused are
 * what is not 19 digits beginning with 31 (`registry.bad-card-number`), a block allotted to nobody
 * (`registry.unallotted-block`), and a wrong check digit of an issuer known to use one
 * (`registry.luhn-failed`). Real cards often fail Luhn: for others it is a warning (reference
 * card 3).
 */
export function checkCardNumber(
  text: string,
  book: readonly Allotment[] = allotments(),
): ({ readonly ok: true } & CardNumber) | NumberRefusal {
  const number = text.replace(/[\s-]/g, '')
  if (!/^31\d{17}$/.test(number)) return refusal('registry.bad-card-number', text.trim())
  const iin = number.slice(0, 8)
  const owner = issuerOfNumber(number, numberPrefixes(book))
  if (owner === undefined) return refusal('registry.unallotted-block', iin)
  const valid = luhnValid(number)
  const enforced = owner.issuer !== null && institution(owner.issuer)?.luhn === 'enforced'
  if (!valid && enforced) return refusal('registry.luhn-failed', number)
  const issuer = owner.issuer ?? undefined
  const luhn = valid ? 'valid' : 'failed'
  return { ok: true, number, iin, issuer, luhn, warnings: valid ? [] : [LUHN_WARNING] }
}

const LUHN_WARNING = {
  zh: '校验码不符合Luhn算法；未知该发卡机构是否使用Luhn算法，仅作提示',
  en: 'the check digit fails Luhn; whether this issuer uses Luhn is not known, so it is only a warning',
}

function refusal(code: RegistryErrorCode, found: string): NumberRefusal {
  return { ok: false, code, message: `${registryErrors[code].en}: ${found}` }
}

/** As `checkCardNumber`, throwing a `UnifareError` with the code of a refusal. */
export function parseCardNumber(
  text: string,
  book: readonly Allotment[] = allotments(),
): CardNumber {
  const checked = checkCardNumber(text, book)
  if (!checked.ok) throw new UnifareError(checked.code, checked.message)
  const { ok: _, ...number } = checked
  return number
}

/**
 * A number with its Luhn digit. `serial` is a whole number up to ten digits, unique within the IIN.
 * Throws `registry.bad-card-number` when a part does not fit.
 */
export function makeCardNumber(parts: { iin: string; serial: number }): string {
  const { iin, serial } = parts
  const digits = String(serial)
  if (!/^31\d{6}$/.test(iin) || !/^\d{1,10}$/.test(digits))
    throw new UnifareError(
      'registry.bad-card-number',
      `an IIN of eight digits beginning with 31 and a serial of ten are needed, found ${iin} and ${serial}`,
    )
  const body = iin + digits.padStart(10, '0')
  return body + luhnDigit(body)
}
