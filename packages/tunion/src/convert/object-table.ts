import {
  type Field,
  type Fields,
  type FieldValues,
  fieldLength,
  readField,
  writeFields,
} from '@unifare/core'
import type { FieldObject } from '../objects.ts'
import { type Misfit, misfit } from './answer.ts'

/** One object of a TLV field: fixed fields of its value; one that may be absent reads as zeros. */
export interface ObjectRow {
  readonly tag: number
  readonly required: boolean
  readonly fields: Fields
}

type Merged<T extends readonly ObjectRow[]> = {
  readonly [K in T[number]['fields'] extends infer F
    ? F extends Fields
      ? keyof F
      : never
    : never]: ValueIn<T, K>
}
type ValueIn<T extends readonly ObjectRow[], K> = T[number] extends infer R
  ? R extends ObjectRow
    ? K extends keyof R['fields']
      ? FieldValues<R['fields']>[K & keyof FieldValues<R['fields']>]
      : never
    : never
  : never

/** Objects that a TLV field may hold, as one flat record of values. */
export interface ObjectTable<V> {
  /** Objects of the values; what is all zeros and may be absent is left out. */
  write(values: V): FieldObject[]
  read(
    objects: readonly FieldObject[],
    field: string,
  ): { readonly ok: true; readonly values: V } | Misfit
}

/** Makes the codec of a table of objects. `write` throws `layout.out-of-range`. */
export function defineObjects<const T extends readonly ObjectRow[]>(
  rows: T,
): ObjectTable<Merged<T>> {
  const byTag = new Map(rows.map((row) => [row.tag, row]))
  return {
    write(values) {
      return rows.flatMap(({ tag, required, fields }): FieldObject[] => {
        const value = new Uint8Array(lengthOf(fields))
        writeFields(value, fields, values as unknown as FieldValues<Fields>)
        return required || value.some((byte) => byte !== 0) ? [{ tag, value }] : []
      })
    },
    read(objects, field) {
      const values: Record<string, unknown> = {}
      for (const { tag, value } of objects) {
        const row = byTag.get(tag)
        // What nobody knows might change what the money means.
        if (row === undefined) return misfit('tunion.unknown-object', field)
        if (value.length !== lengthOf(row.fields)) return misfit('tunion.bad-tlv', field)
        // All zeros are written by leaving the object out: one form for one meaning.
        if (!row.required && value.every((byte) => byte === 0))
          return misfit('tunion.bad-tlv', field)
      }
      for (const { tag, required, fields } of rows) {
        const found = objects.find((object) => object.tag === tag)
        if (found === undefined && required) return misfit('tunion.missing-object', field)
        const value = found?.value ?? new Uint8Array(lengthOf(fields))
        for (const name in fields) {
          try {
            values[name] = readField(value, fields[name] as Field)
          } catch {
            return misfit('tunion.bad-tlv', field)
          }
        }
      }
      return { ok: true, values: values as Merged<T> }
    },
  }
}

function lengthOf(fields: Fields): number {
  return Math.max(...Object.values(fields).map((field) => field[0] + fieldLength(field)))
}
