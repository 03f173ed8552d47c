import { defineRecord, type RecordFields, type RecordLayout } from '@unifare/core'

export type { RecordField, RecordLayout, RecordValues as Decoded } from '@unifare/core'

/** A record of a card as data; a value that does not fit is refused with `card.bad-field`. */
export function recordLayout<const F extends RecordFields>(
  length: number,
  fields: F,
): RecordLayout<F> {
  return defineRecord(length, fields, 'card.bad-field')
}
