import { bcd, fromBcd, toHex } from './bytes.ts'
import { UnifareError } from './errors.ts'

/**
 * How a field is read. Numbers are unsigned and big-endian. `digits` is packed decimal, F-padded on
 * the right, and `ascii` text padded with zeros: both refuse other bytes. `hex`, `latin1` and
 * `bytes` show any bytes and lose nothing.
 */
export type FieldType =
  | 'u8'
  | 'u16'
  | 'u24'
  | 'u32'
  | 'u48'
  | 'digits'
  | 'ascii'
  | 'hex'
  | 'latin1'
  | 'bytes'

/** One field: offset, type, and the length in bytes where the type does not say it. */
export type Field = readonly [offset: number, type: FieldType, length?: number]

/** A table of fields: the one description of a layout, from which both directions follow. */
export type Fields = Readonly<Record<string, Field>>

interface ValueOf {
  readonly u8: number
  readonly u16: number
  readonly u24: number
  readonly u32: number
  readonly u48: number
  readonly digits: string
  readonly ascii: string
  readonly hex: string
  readonly latin1: string
  readonly bytes: Uint8Array
}

/** Value of a field. */
export type FieldValue<F extends Field> = ValueOf[F[1]]

/** Values of a table, by field name. */
export type FieldValues<F extends Fields> = { -readonly [K in keyof F]: FieldValue<F[K]> }

const WIDTH: Readonly<Partial<Record<FieldType, number>>> = {
  u8: 1,
  u16: 2,
  u24: 3,
  u32: 4,
  u48: 6,
}

/** Bytes that a field takes. */
export function fieldLength([, type, length = 0]: Field): number {
  return WIDTH[type] ?? length
}

/**
 * Reads one field, whose table begins at `base`. `bytes` is a view, not a copy. Bytes beyond the
 * end count as 0 in a number and are missing in anything else: check the length first.
 * Throws `bytes.bad-bcd` for `digits` that are none.
 */
export function readField<const F extends Field>(
  bytes: Uint8Array,
  field: F,
  base?: number,
): FieldValue<F>
export function readField(bytes: Uint8Array, field: Field, base = 0): unknown {
  const [offset, type, length = 0] = field
  const at = base + offset
  switch (type) {
    case 'u8':
      return bytes[at] ?? 0
    case 'u16':
    case 'u24':
    case 'u32':
    case 'u48':
      return readNumber(bytes, at, fieldLength(field))
    case 'digits':
      return fromBcd(bytes.subarray(at, at + length))
    case 'ascii':
      return String.fromCharCode(...bytes.subarray(at, at + length)).replace(/[\0 ]+$/, '')
    case 'hex':
      return toHex(bytes.subarray(at, at + length))
    case 'latin1':
      return String.fromCharCode(...bytes.subarray(at, at + length))
    case 'bytes':
      return bytes.subarray(at, at + length)
  }
}

/** Where a table begins, and the code of a refusal. */
export interface WriteOptions {
  readonly base?: number
  /** `layout.out-of-range` when not given. */
  readonly code?: string
}

/**
 * Writes the given values of a table into bytes and leaves all others as they are. Refuses what
 * does not fit its field: numbers out of range, text or bytes that do not fill it (`digits` and
 * `ascii` may be shorter).
 */
export function writeFields<const F extends Fields>(
  into: Uint8Array,
  fields: F,
  values: Partial<FieldValues<F>>,
  options: WriteOptions = {},
): void {
  const { base = 0, code } = options
  for (const name in fields) {
    if (!(name in values)) continue
    const value: unknown = values[name]
    const field = fields[name] as Field
    if (!put(into, base, field, value)) {
      const shown = value instanceof Uint8Array ? toHex(value) : String(value)
      const message = `${name}: ${shown} does not fit ${fieldLength(field)} bytes`
      throw new UnifareError(code ?? 'layout.out-of-range', message, { field: name, value })
    }
  }
}

function readNumber(bytes: Uint8Array, at: number, width: number): number {
  let value = 0
  for (let i = at; i < at + width; i++) value = value * 256 + (bytes[i] ?? 0)
  return value
}

/** Writes a value; false when it has not the type or range of its field. */
function put(into: Uint8Array, base: number, field: Field, value: unknown): boolean {
  const [offset, type] = field
  const length = fieldLength(field)
  const place = into.subarray(base + offset, base + offset + length)
  if (place.length !== length) return false
  switch (type) {
    case 'u8':
    case 'u16':
    case 'u24':
    case 'u32':
    case 'u48':
      return putNumber(place, value)
    case 'digits':
      return typeof value === 'string' && putBytes(place, bcd(value, length))
    case 'ascii':
      return typeof value === 'string' && putText(place, value.padEnd(length, '\0'), 0x7f)
    case 'hex':
      return typeof value === 'string' && putHex(place, value)
    case 'latin1':
      return typeof value === 'string' && putText(place, value, 0xff)
    case 'bytes':
      return value instanceof Uint8Array && putBytes(place, value)
  }
}

function putNumber(place: Uint8Array, value: unknown): boolean {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return false
  if (value < 0 || value >= 2 ** (8 * place.length)) return false
  for (let i = place.length - 1, rest = value; i >= 0; i--) {
    place[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return true
}

function putBytes(place: Uint8Array, value: Uint8Array): boolean {
  if (value.length !== place.length) return false
  place.set(value)
  return true
}

function putHex(place: Uint8Array, value: string): boolean {
  if (value.length !== 2 * place.length || !/^[0-9A-Fa-f]*$/.test(value)) return false
  for (let i = 0; i < place.length; i++) {
    place[i] = Number.parseInt(value.slice(2 * i, 2 * i + 2), 16)
  }
  return true
}

/** One byte a character, none above `last`. */
function putText(place: Uint8Array, value: string, last: number): boolean {
  if (value.length !== place.length) return false
  for (let i = 0; i < place.length; i++) if (value.charCodeAt(i) > last) return false
  for (let i = 0; i < place.length; i++) place[i] = value.charCodeAt(i)
  return true
}
