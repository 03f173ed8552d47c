import { ascii, bcd, fromBcd, toHex, view } from './bytes.ts'
import { requireData } from './errors.ts'

/** How a field of a fixed layout is read. `digits` is packed decimal, F-padded on the right. */
export type FieldType = 'u8' | 'u16' | 'u32' | 'u48' | 'digits' | 'ascii' | 'bytes'

/** One field: offset, type, and the length in bytes where the type does not say it. */
export type Field = readonly [offset: number, type: FieldType, length?: number]

export type Fields = Readonly<Record<string, Field>>

type FieldValue<T extends FieldType> = T extends 'digits' | 'ascii'
  ? string
  : T extends 'bytes'
    ? Uint8Array
    : number

/** Values of a layout, by field name. */
export type LayoutValues<F extends Fields> = { -readonly [K in keyof F]: FieldValue<F[K][1]> }

/** A fixed layout of big-endian fields over a number of bytes. Bytes between fields stay zero. */
export interface Layout<F extends Fields> {
  readonly length: number
  readonly fields: F
  decode(bytes: Uint8Array): LayoutValues<F>
  encode(values: LayoutValues<F>): Uint8Array<ArrayBuffer>
}

const WIDTH = { u8: 1, u16: 2, u32: 4, u48: 6 } as const

/** Describes a layout as data; both directions follow from the one description. */
export function defineLayout<const F extends Fields>(length: number, fields: F): Layout<F> {
  return {
    length,
    fields,
    decode(bytes) {
      requireData(bytes.length >= length, 'layout.too-short', `${bytes.length} of ${length} bytes`)
      const values: Record<string, unknown> = {}
      for (const name in fields) values[name] = readField(bytes, fields[name] as Field)
      return values as LayoutValues<F>
    },
    encode(values) {
      const bytes = new Uint8Array(length)
      for (const name in fields) writeField(bytes, name, fields[name] as Field, values[name])
      return bytes
    },
  }
}

function readField(bytes: Uint8Array, [offset, type, length = 0]: Field): unknown {
  switch (type) {
    case 'u8':
      return bytes[offset]
    case 'u16':
      return view(bytes).getUint16(offset)
    case 'u32':
      return view(bytes).getUint32(offset)
    case 'u48':
      return view(bytes).getUint16(offset) * 0x1_0000_0000 + view(bytes).getUint32(offset + 2)
    case 'digits':
      return fromBcd(bytes.subarray(offset, offset + length))
    case 'ascii':
      return String.fromCharCode(...bytes.subarray(offset, offset + length)).replace(/[\0 ]+$/, '')
    case 'bytes':
      return bytes.subarray(offset, offset + length)
  }
}

function writeField(bytes: Uint8Array, name: string, field: Field, value: unknown): void {
  const [offset, type, length = 0] = field
  switch (type) {
    case 'u8':
    case 'u16':
    case 'u32':
    case 'u48':
      return writeNumber(bytes, name, offset, WIDTH[type], value as number)
    case 'digits':
      return bytes.set(bcd(value as string, length), offset)
    case 'ascii':
      return writeBytes(bytes, name, offset, length, ascii(value as string))
    case 'bytes':
      return writeBytes(bytes, name, offset, length, value as Uint8Array)
  }
}

function writeNumber(
  bytes: Uint8Array,
  name: string,
  offset: number,
  width: number,
  value: number,
): void {
  requireData(
    Number.isSafeInteger(value) && value >= 0 && value < 2 ** (8 * width),
    'layout.out-of-range',
    `${name}: ${value} does not fit ${width} bytes`,
    { field: name, value },
  )
  let rest = value
  for (let i = width - 1; i >= 0; i--) {
    bytes[offset + i] = rest % 256
    rest = Math.floor(rest / 256)
  }
}

function writeBytes(
  bytes: Uint8Array,
  name: string,
  offset: number,
  length: number,
  value: Uint8Array,
): void {
  requireData(
    value.length <= length,
    'layout.out-of-range',
    `${name}: ${toHex(value)} does not fit ${length} bytes`,
    { field: name },
  )
  bytes.set(value, offset)
}
