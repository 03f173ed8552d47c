/** Decimals of a currency that has not two (ISO 4217). */
const EXPONENTS: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
}

/** Decimals of a currency; two where ISO 4217 gives no others. */
export function currencyExponent(currency: string): number {
  return EXPONENTS[currency] ?? 2
}

/**
 * A decimal text as whole minor units, without ever being a float: `1.5` US dollars are 150.
 * Undefined for other texts, and for more decimals than the currency has unless they are zeros.
 */
export function minorUnits(text: string, currency: string): number | undefined {
  const exponent = currencyExponent(currency)
  const negative = text.charCodeAt(0) === MINUS
  let units = 0
  /** Digits before the point, and behind it; -1 while there is no point. */
  let whole = 0
  let decimals = -1
  for (let at = negative ? 1 : 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === POINT && decimals < 0 && whole > 0) {
      decimals = 0
      continue
    }
    const digit = code - ZERO
    if (digit < 0 || digit > 9) return undefined
    if (decimals < 0) whole++
    else if (++decimals > exponent) {
      if (digit !== 0) return undefined
      continue
    }
    units = units * 10 + digit
  }
  if (whole === 0 || whole > 12 || decimals > 8) return undefined
  for (let missing = Math.max(0, decimals); missing < exponent; missing++) units *= 10
  return negative && units !== 0 ? -units : units
}

const [MINUS, POINT, ZERO] = [0x2d, 0x2e, 0x30]

/** The decimal text of whole minor units. */
export function decimalText(units: number, currency: string): string {
  const exponent = currencyExponent(currency)
  const digits = String(Math.abs(units)).padStart(exponent + 1, '0')
  const split = digits.length - exponent
  const text = exponent === 0 ? digits : `${digits.slice(0, split)}.${digits.slice(split)}`
  return units < 0 ? `-${text}` : text
}
