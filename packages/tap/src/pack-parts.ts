import { requireData } from '@unifare/core'
import { field } from './framed.ts'

/** Bodies of a pack at most: every one of them is kept with the whole header. */
export const PACK_PARTS_MAX = 8
const PACK_PARTS_MIN = 2

/** One body of a pack, as its header states it. */
export interface PackPart {
  readonly bodyHash: string
  readonly length: number
}

/** The list of bodies as it stands in a header. */
export function writeParts(parts: readonly PackPart[]): readonly PackPart[] {
  if (parts.length < PACK_PARTS_MIN || parts.length > PACK_PARTS_MAX) {
    throw new TypeError(`a pack has ${PACK_PARTS_MIN} to ${PACK_PARTS_MAX} bodies`)
  }
  return parts
}

/** Reads it there; throws the code given. */
export function readParts(
  header: Readonly<Record<string, unknown>>,
  code: string,
): readonly PackPart[] {
  const list = field(header, 'parts', 'object', code)
  requireData(
    Array.isArray(list) && list.length >= PACK_PARTS_MIN && list.length <= PACK_PARTS_MAX,
    code,
    `a pack has ${PACK_PARTS_MIN} to ${PACK_PARTS_MAX} bodies`,
  )
  return list.map((entry: unknown) => {
    const length = field(entry, 'length', 'number', code)
    requireData(length >= 0, code, `a body of ${length} bytes`)
    return { bodyHash: field(entry, 'bodyHash', 'string', code), length }
  })
}
