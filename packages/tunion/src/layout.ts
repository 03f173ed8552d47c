import { UnifareError } from '@unifare/core'
import type { TunionErrorCode } from './errors.ts'
import { CODECS, type ValueOf, type ValueType } from './values.ts'

/**
 * Where a width comes from: `confirmed` is written in the reference; `reconstructed` is what the
 * confirmed record length leaves over, or the frame of another kind tells; `ours` is our choice.
 */
export type Source = 'confirmed' | 'reconstructed' | 'ours'

/** One field of a record. */
export type FieldRow = readonly [
  name: string,
  width: number,
  type: ValueType,
  source: Source,
  en: string,
  zh: string,
]

/** Values of a record by field name; reserve that is blank may be left out. */
export type RecordOf<R extends readonly FieldRow[]> = {
  readonly [F in Exclude<R[number], Spare> as F[0]]: ValueOf[F[2]]
} & { readonly [F in Extract<R[number], Spare> as F[0]]?: string }

type Spare = readonly [string, number, 'spare', Source, string, string]

/** What is wrong with one field; the column counts bytes from 1. */
export interface FieldFault {
  readonly field: string
  readonly column: number
  readonly code: TunionErrorCode
}

/** A record of fixed width: the table, and both directions that follow from it. */
export interface RecordTable<R extends readonly FieldRow[]> {
  readonly rows: R
  /** Bytes without the line's end. */
  readonly width: number
  /** Values of a line of the right width; faults go into the list, and undefined comes back. */
  decode(line: Uint8Array, faults: FieldFault[]): RecordOf<R> | undefined
  /** A record with its line's end. Throws `tunion.does-not-fit` with the field. */
  encode(record: RecordOf<R>): Uint8Array
}

const SPACE = 0x20
/** CR LF: part of the record length, as LD's told 150 shows. */
export const LINE_END: Uint8Array = Uint8Array.of(13, 10)
/** One character a byte, so that offsets in bytes are offsets in the text. */
const characterByByte = new TextDecoder('latin1')

/** Makes the codec of a table of fields. */
export function defineTable<const R extends readonly FieldRow[]>(rows: R): RecordTable<R> {
  const starts = rows.map((_, index) => widthOf(rows.slice(0, index)))
  const width = widthOf(rows)
  const places = rows.map(([name, size, type], index) => {
    const from = starts[index] ?? 0
    return { name, type, from, end: from + size, codec: CODECS[type] }
  })
  return {
    rows,
    width,
    decode(line, faults) {
      const characters = characterByByte.decode(line)
      const values: Record<string, unknown> = {}
      const before = faults.length
      for (const { name, type, from, end, codec } of places) {
        const value = codec.read(characters.slice(from, end), line, from)
        if (value === undefined) {
          const code = line.subarray(from, end).includes(0) ? 'tunion.nul' : codec.code
          faults.push({ field: name, column: from + 1, code })
        } else if (type !== 'spare' || value !== '') values[name] = value
      }
      return faults.length === before ? (values as RecordOf<R>) : undefined
    },
    encode(record) {
      const line = new Uint8Array(width + LINE_END.length).fill(SPACE)
      line.set(LINE_END, width)
      for (const { name, type, from, end } of places) {
        const given: unknown = (record as Readonly<Record<string, unknown>>)[name]
        const value = type === 'spare' && given === undefined ? '' : given
        const write = CODECS[type].write as (value: unknown, width: number) => Written
        const written = value === undefined ? undefined : write(value, end - from)
        if (written === undefined || written.length > end - from) {
          const message = `${name}: ${shown(value)} does not fit ${end - from} bytes of ${type}`
          throw new UnifareError('tunion.does-not-fit', message, { field: name })
        }
        if (typeof written !== 'string') line.set(written, from)
        else for (let i = 0; i < written.length; i++) line[from + i] = written.charCodeAt(i)
      }
      return line
    },
  }
}

type Written = string | Uint8Array | undefined

function shown(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value.slice(0, 60))
    : `${typeof value === 'number' || typeof value === 'bigint' ? value : typeof value}`
}

function widthOf(rows: readonly FieldRow[]): number {
  return rows.reduce((sum, [, width]) => sum + width, 0)
}
