import { concat, toHex } from '@unifare/core'

/** One object of a TLV field: a tag of two bytes, its value of at most 255. */
export interface FieldObject {
  readonly tag: number
  readonly value: Uint8Array
}

/** Digits in front of the objects that tell how many characters they take. */
export const OBJECTS_PREFIX = 3
const HEAD_BYTES = 3
const SPACE = 0x20

/**
 * Characters of a TLV field (ours): three digits count the characters that follow, then objects in
 * hexadecimal, each a tag of two bytes, a length of one, its value; spaces fill the field.
 */
export function writeObjects(objects: readonly FieldObject[]): string | undefined {
  const parts = objects.map(({ tag, value }) =>
    value.length > 0xff
      ? undefined
      : concat(Uint8Array.of(tag >> 8, tag & 0xff, value.length), value),
  )
  if (!parts.every((part) => part !== undefined)) return undefined
  const hex = toHex(concat(...parts))
  return hex.length > 999 ? undefined : String(hex.length).padStart(OBJECTS_PREFIX, '0') + hex
}

/** Objects of a field; undefined for what is none, a tag that stands twice among it. */
export function readObjects(field: string): FieldObject[] | undefined {
  const hex = bytesOf(field)
  if (hex === undefined) return undefined
  const objects: FieldObject[] = []
  let at = 0
  while (at < hex.length) {
    if (at + HEAD_BYTES > hex.length) return undefined
    const tag = (hex[at] ?? 0) * 256 + (hex[at + 1] ?? 0)
    const end = at + HEAD_BYTES + (hex[at + 2] ?? 0)
    if (end > hex.length || objects.some((known) => known.tag === tag)) return undefined
    objects.push({ tag, value: hex.slice(at + HEAD_BYTES, end) })
    at = end
  }
  return objects
}

/** Bytes behind the length; undefined unless the length fits and only spaces follow. */
function bytesOf(field: string): Uint8Array | undefined {
  const length = Number(field.slice(0, OBJECTS_PREFIX))
  const end = OBJECTS_PREFIX + length
  const fits = /^\d{3}/.test(field) && length % 2 === 0 && end <= field.length
  if (!fits) return undefined
  for (let i = end; i < field.length; i++) if (field.charCodeAt(i) !== SPACE) return undefined
  const bytes = new Uint8Array(length / 2)
  for (let i = 0; i < bytes.length; i++) {
    const at = OBJECTS_PREFIX + 2 * i
    const [high, low] = [nibble(field.charCodeAt(at)), nibble(field.charCodeAt(at + 1))]
    if (high < 0 || low < 0) return undefined
    bytes[i] = high * 16 + low
  }
  return bytes
}

/** Value of an upper-case hexadecimal digit; -1 for anything else. */
function nibble(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  return code >= 65 && code <= 70 ? code - 55 : -1
}
