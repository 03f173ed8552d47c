import { concat, fromHex, toHex } from '@unifare/core'

/** One object of a TLV field: a tag of two bytes, its value of at most 255. */
export interface FieldObject {
  readonly tag: number
  readonly value: Uint8Array
}

/** Digits in front of the objects that tell how many characters they take. */
export const OBJECTS_PREFIX = 3
const HEAD_BYTES = 3

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
  const match = /^(\d{3})((?:[0-9A-F]{2})*) *$/.exec(field)
  if (match === null || Number(match[1]) !== match[2]?.length) return undefined
  const bytes = fromHex(match[2])
  const objects: FieldObject[] = []
  let at = 0
  while (at < bytes.length) {
    const [high, low, length] = bytes.subarray(at, at + HEAD_BYTES)
    if (high === undefined || low === undefined || length === undefined) return undefined
    const end = at + HEAD_BYTES + length
    const tag = high * 256 + low
    if (end > bytes.length || objects.some((known) => known.tag === tag)) return undefined
    objects.push({ tag, value: bytes.slice(at + HEAD_BYTES, end) })
    at = end
  }
  return objects
}
