import { fromHex, toHex } from '@unifare/core'
import { codeFault } from './errors.ts'

/** Whether bytes have the form of a compressed point. */
export function isCompressed(key: Uint8Array): boolean {
  return key.length === 33 && (key[0] === 2 || key[0] === 3)
}

/** Packed decimal of exactly so many digits; an odd number gets one F. Throws `code.bad-field`. */
export function packDigits(text: string, digits: number): Uint8Array {
  if (text.length !== digits || !/^[0-9]+$/.test(text)) {
    throw codeFault('code.bad-field', `"${text}" is not ${digits} digits`)
  }
  return fromHex(digits % 2 === 0 ? text : `${text}F`)
}

/** The 19 digits of a card account; undefined when it is none. */
export function accountOf(packed: Uint8Array): string | undefined {
  const text = toHex(packed)
  return /^[0-9]{19}F$/.test(text) ? text.slice(0, 19) : undefined
}

/** Whether a text has printable ASCII only. */
export function isPrintable(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}

/** Text of printable ASCII; undefined when a byte is none. */
export function printableOf(bytes: Uint8Array): string | undefined {
  const text = String.fromCharCode(...bytes)
  return isPrintable(text) ? text : undefined
}
