import { toHex } from '@unifare/core'
import { type FileKind, KINDS } from './kinds.ts'
import type { FieldObject } from './objects.ts'
import type { RecordOfKind } from './read-file.ts'
import type { ValueType } from './values.ts'

/** How values are told where JSON has no form for them. */
const SHOWN: Readonly<Partial<Record<ValueType, (value: never) => unknown>>> = {
  fee: (micro: bigint) => String(micro),
  time: isoOf,
  moment: (at: number | null) => (at === null ? null : isoOf(at)),
  objects: (objects: readonly FieldObject[]) => Object.fromEntries(objects.map(objectToJson)),
}

/** A record for people and for JSON: fees exact as text, instants as ISO text, objects as hexadecimal. */
export function recordToJson<K extends FileKind>(
  kind: K,
  record: RecordOfKind<K>,
): Record<string, unknown> {
  const shown: Record<string, unknown> = {}
  for (const [name, , type] of KINDS[kind].table.rows) {
    const value = (record as Readonly<Record<string, unknown>>)[name]
    if (value !== undefined) shown[name] = SHOWN[type]?.(value as never) ?? value
  }
  return shown
}

function isoOf(at: number): string {
  return new Date(at).toISOString()
}

function objectToJson({ tag, value }: FieldObject): [string, string] {
  return [tag.toString(16).toUpperCase().padStart(4, '0'), toHex(value)]
}
