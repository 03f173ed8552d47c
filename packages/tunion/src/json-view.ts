import { toHex } from '@unifare/core'
import { type FileKind, KINDS } from './kinds.ts'
import type { FieldObject } from './objects.ts'
import type { RecordOfKind } from './read-file.ts'

/** A record for people and for JSON: fees exact as text, instants as ISO text, objects as hexadecimal. */
export function recordToJson<K extends FileKind>(
  kind: K,
  record: RecordOfKind<K>,
): Record<string, unknown> {
  const values = record as Readonly<Record<string, unknown>>
  const shown = KINDS[kind].table.rows.map(([name, , type]) => {
    const value = values[name]
    switch (type) {
      case 'fee':
        return [name, String(value as bigint)]
      case 'time':
      case 'moment':
        return [name, value === null ? null : new Date(value as number).toISOString()]
      case 'objects':
        return [name, Object.fromEntries((value as readonly FieldObject[]).map(objectToJson))]
      default:
        return [name, value]
    }
  })
  return Object.fromEntries(shown.filter(([, value]) => value !== undefined)) as Record<
    string,
    unknown
  >
}

function objectToJson({ tag, value }: FieldObject): [string, string] {
  return [tag.toString(16).toUpperCase().padStart(4, '0'), toHex(value)]
}
