const PLACES = 6
const PLACES_WRITTEN = 7
const MICRO = 10n ** BigInt(PLACES)

/**
 * Micro-fen as a decimal of fen with 7 places, zero-padded, a minus first. Exact: the seventh place
 * is always zero. Undefined when it does not fit the width.
 */
export function writeFee(micro: bigint, width: number): string | undefined {
  const size = micro < 0n ? -micro : micro
  const digits = `${size / MICRO}.${String(size % MICRO).padStart(PLACES, '0')}`
  const sign = micro < 0n ? '-' : ''
  const text =
    sign +
    digits.padEnd(digits.length + PLACES_WRITTEN - PLACES, '0').padStart(width - sign.length, '0')
  return text.length === width ? text : undefined
}

/**
 * Micro-fen of a decimal: padded with zeros or spaces, with 0 to 7 places. Undefined for anything
 * else, a seventh place that is not zero among it: finer than a micro-fen is never rounded away.
 */
export function readFee(text: string): bigint | undefined {
  const match = /^ *(-?)(\d+)(?:\.(\d{0,6})0*)? *$/.exec(text)
  if (match === null) return undefined
  const [, sign, whole = '', places = ''] = match
  const micro = BigInt(whole) * MICRO + BigInt(places.padEnd(PLACES, '0'))
  return sign === '-' ? -micro : micro
}
