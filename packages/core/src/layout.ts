import { requireData } from './errors.ts'
import {
  type Field,
  type Fields,
  type FieldValues,
  readField,
  writeFields,
} from './layout-field.ts'

/** A fixed layout of our own: every value is given and every byte is judged. */
export interface Layout<F extends Fields> {
  readonly length: number
  readonly fields: F
  /** Longer bytes are allowed. Throws `layout.too-short`, `bytes.bad-bcd`. */
  decode(bytes: Uint8Array): FieldValues<F>
  /** Bytes between fields stay zero. Throws `layout.out-of-range`. */
  encode(values: FieldValues<F>): Uint8Array<ArrayBuffer>
}

/** Describes a layout of `length` bytes. For bytes that others wrote, see `defineRecord`. */
export function defineLayout<const F extends Fields>(length: number, fields: F): Layout<F> {
  return {
    length,
    fields,
    decode(bytes) {
      requireData(bytes.length >= length, 'layout.too-short', `${bytes.length} of ${length} bytes`)
      const values: Record<string, unknown> = {}
      for (const name in fields) values[name] = readField(bytes, fields[name] as Field)
      return values as FieldValues<F>
    },
    encode(values) {
      const bytes = new Uint8Array(length)
      writeFields(bytes, fields, values)
      return bytes
    },
  }
}
