import { requireData } from '@unifare/core'

/** A field of a fixed layout: offset and length in bytes. Numbers are big-endian. */
export type ByteField = readonly [offset: number, length: number]

/** A layout as data: every name with its place. */
export type ByteFields = Readonly<Record<string, ByteField>>

/** View on a field, no copy. `base` is where the layout begins. */
export function bytesOf(from: Uint8Array, [offset, length]: ByteField, base = 0): Uint8Array {
  return from.subarray(base + offset, base + offset + length)
}

/** Unsigned number in a field of at most six bytes. */
export function numberOf(from: Uint8Array, [offset, length]: ByteField, base = 0): number {
  let number = 0
  for (let at = base + offset; at < base + offset + length; at++) {
    number = number * 256 + (from[at] ?? 0)
  }
  return number
}

/** Writes bytes that fill their field; throws `code.bad-field` when they do not. */
export function putBytes(
  into: Uint8Array,
  [offset, length]: ByteField,
  { name, value }: { readonly name: string; readonly value: Uint8Array },
  base = 0,
): void {
  requireData(
    value.length === length,
    'code.bad-field',
    `${name} has ${value.length} bytes, ${length} are needed`,
    { field: name },
  )
  into.set(value, base + offset)
}

/** Writes an unsigned number; throws `code.bad-field` when it does not fit. */
export function putNumber(
  into: Uint8Array,
  [offset, length]: ByteField,
  { name, value }: { readonly name: string; readonly value: number },
  base = 0,
): void {
  requireData(
    Number.isSafeInteger(value) && value >= 0 && value < 256 ** length,
    'code.bad-field',
    `${name} is ${value}, a whole number of ${length} bytes is needed`,
    { field: name },
  )
  for (let at = length - 1, rest = value; at >= 0; at--) {
    into[base + offset + at] = rest % 256
    rest = Math.floor(rest / 256)
  }
}
