import { fromHex, toHex } from '@unifare/core'
import { cardError } from '../errors.ts'

/**
 * How a field is shown. `number` is big-endian unsigned, at most 6 bytes. `hex` shows packed
 * decimal as its digits and loses nothing where a card holds other nibbles. `latin1` is text.
 */
export type Encoding = 'number' | 'hex' | 'latin1' | 'bytes'

/** One line of a layout: name, offset, length in bytes, encoding. */
export type RecordField = readonly [
  name: string,
  offset: number,
  length: number,
  encoding: Encoding,
]

interface EncodedAs {
  readonly number: number
  readonly hex: string
  readonly latin1: string
  readonly bytes: Uint8Array
}

/** Values by field name. */
export type FieldValues<F extends readonly RecordField[]> = {
  readonly [K in F[number] as K[0]]: EncodedAs[K[3]]
}

/** Values by field name, and all bytes they were read from. */
export type Decoded<F extends readonly RecordField[]> = FieldValues<F> & {
  readonly raw: Uint8Array
}

/**
 * A record described as data. `decode` never throws: unknown values stay as they are, a field
 * beyond the end of short bytes is zero or empty, and `raw` keeps every byte. `encode` writes the
 * given fields over `raw` (or over zeros), so `encode(decode(x))` is `x` for any bytes.
 */
export interface RecordLayout<F extends readonly RecordField[]> {
  readonly length: number
  readonly fields: F
  decode(bytes: Uint8Array): Decoded<F>
  /** Throws `card.bad-field` for a value that does not fit. */
  encode(values: Partial<Decoded<F>>): Uint8Array
}

/** Describes a record of `length` bytes. */
export function recordLayout<const F extends readonly RecordField[]>(
  length: number,
  fields: F,
): RecordLayout<F> {
  return {
    length,
    fields,
    decode(bytes) {
      const raw = new Uint8Array(bytes)
      const values: Record<string, unknown> = { raw }
      for (const field of fields) values[field[0]] = readField(raw, field)
      return values as Decoded<F>
    },
    encode(values) {
      const bytes = values.raw?.slice() ?? new Uint8Array(length)
      const given = values as Readonly<Record<string, unknown>>
      for (const field of fields) {
        const value = given[field[0]]
        const [, offset, width] = field
        if (value !== undefined && offset + width <= bytes.length) writeField(bytes, field, value)
      }
      return bytes
    },
  }
}

/** Exact for up to 6 bytes, where a double counts exactly. */
function readNumber(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0)
}

function readField(bytes: Uint8Array, [, offset, width, encoding]: RecordField): unknown {
  const whole = offset + width <= bytes.length
  const part = whole ? bytes.slice(offset, offset + width) : new Uint8Array(0)
  switch (encoding) {
    case 'number':
      return readNumber(part)
    case 'hex':
      return toHex(part)
    case 'latin1':
      return String.fromCharCode(...part)
    case 'bytes':
      return part
  }
}

function writeField(bytes: Uint8Array, field: RecordField, value: unknown): void {
  const [name, offset, width, encoding] = field
  const part = toBytes(encoding, width, value)
  if (part?.length !== width) throw cardError('card.bad-field', { field: name, value })
  bytes.set(part, offset)
}

/** Bytes of a value, undefined when it has not the type or range of its encoding. */
function toBytes(encoding: Encoding, width: number, value: unknown): Uint8Array | undefined {
  switch (encoding) {
    case 'number':
      return typeof value === 'number' ? numberBytes(value, width) : undefined
    case 'hex':
      return typeof value === 'string' && /^([0-9A-Fa-f]{2})*$/.test(value)
        ? fromHex(value)
        : undefined
    case 'latin1':
      return typeof value === 'string' ? latin1Bytes(value) : undefined
    case 'bytes':
      return value instanceof Uint8Array ? value : undefined
  }
}

function numberBytes(value: number, width: number): Uint8Array | undefined {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 256 ** width) return undefined
  const bytes = new Uint8Array(width)
  let rest = value
  for (let i = width - 1; i >= 0; i--) {
    bytes[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return bytes
}

function latin1Bytes(text: string): Uint8Array | undefined {
  const codes = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))
  return codes.every((code) => code <= 0xff) ? Uint8Array.from(codes) : undefined
}
