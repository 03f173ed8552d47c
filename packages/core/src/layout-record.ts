import {
  type Field,
  type Fields,
  type FieldType,
  type FieldValues,
  fieldLength,
  readField,
  writeFields,
} from './layout-field.ts'

/** A field that shows any bytes and loses none. */
export type RecordField = readonly [
  offset: number,
  type: Exclude<FieldType, 'digits' | 'ascii'>,
  length?: number,
]

export type RecordFields = Readonly<Record<string, RecordField>>

/** Values by field name, and all bytes that they were read from. */
export type RecordValues<F extends Fields> = Readonly<FieldValues<F>> & { readonly raw: Uint8Array }

/**
 * A record that others may have written. `decode` never throws: unknown values stay as they are, a
 * field beyond the end of short bytes is zero or empty, and `raw` keeps every byte. `encode` writes
 * the given fields over `raw` (or over zeros), so `encode(decode(x))` is `x` for any bytes.
 */
export interface RecordLayout<F extends RecordFields> {
  readonly length: number
  readonly fields: F
  decode(bytes: Uint8Array): RecordValues<F>
  /** Throws for a value that does not fit. */
  encode(values: Partial<RecordValues<F>>): Uint8Array
}

const NOTHING = new Uint8Array(0)

/** Describes a record of `length` bytes; `code` is that of a refusal to encode. */
export function defineRecord<const F extends RecordFields>(
  length: number,
  fields: F,
  code = 'layout.out-of-range',
): RecordLayout<F> {
  const isWhole = (field: Field, bytes: Uint8Array) => field[0] + fieldLength(field) <= bytes.length
  return {
    length,
    fields,
    decode(bytes) {
      const raw = new Uint8Array(bytes)
      const values: Record<string, unknown> = { raw }
      for (const name in fields) {
        const field = fields[name] as Field
        values[name] = readField(isWhole(field, raw) ? raw : NOTHING, field)
      }
      return values as RecordValues<F>
    },
    encode(values) {
      const raw: Uint8Array | undefined = (values as { readonly raw?: Uint8Array }).raw
      const bytes = raw?.slice() ?? new Uint8Array(length)
      const given: Record<string, unknown> = {}
      for (const name in fields) {
        const value: unknown = values[name]
        if (value !== undefined && isWhole(fields[name] as Field, bytes)) given[name] = value
      }
      writeFields(bytes, fields, given as Partial<FieldValues<F>>, { code })
      return bytes
    },
  }
}
