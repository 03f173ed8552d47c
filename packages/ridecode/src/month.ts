import { fromHex, SHANGHAI_OFFSET_MS, toHex } from '@unifare/core'

/**
 * Months since year 0: a number, so that December 2026 comes before January 2027. As the text
 * MMYY they compare the other way round.
 */
export type Month = number

/** Month of a packed MMYY of the years 2000 to 2099; undefined when it is none. */
export function monthOfMmyy(bytes: Uint8Array): Month | undefined {
  const text = toHex(bytes)
  if (!/^(0[1-9]|1[0-2])[0-9]{2}$/.test(text)) return undefined
  return (2000 + Number(text.slice(2))) * 12 + Number(text.slice(0, 2)) - 1
}

/** Packed bytes of a text MMYY; undefined when it is none. */
export function packMmyy(text: string): Uint8Array | undefined {
  if (!/^[0-9]{4}$/.test(text)) return undefined
  const bytes = fromHex(text)
  return monthOfMmyy(bytes) === undefined ? undefined : bytes
}

/** Month of an instant in China. */
export function monthAt(atS: number): Month {
  const date = new Date(atS * 1000 + SHANGHAI_OFFSET_MS)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}
