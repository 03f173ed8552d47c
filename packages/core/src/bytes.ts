import { requireData } from './errors.ts'

/** Two upper-case digits of every byte: names of records are made from them all day long. */
const HEX = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).toUpperCase().padStart(2, '0'),
)
/** Value of every ASCII character that is a hexadecimal digit; 255 for the others. */
const NIBBLES = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16)
  return Number.isNaN(value) ? 255 : value
})

/** Upper-case hexadecimal, as card people write it. */
export function toHex(bytes: Uint8Array): string {
  let hex = ''
  for (let i = 0; i < bytes.length; i++) hex += HEX[bytes[i]!]!
  return hex
}

/** Bytes of a hexadecimal text; blanks are allowed; throws `bytes.bad-hex`. */
export function fromHex(hex: string): Uint8Array {
  const plain = readHex(hex) ?? readHex(hex.replace(/\s+/g, ''))
  requireData(
    plain !== undefined,
    'bytes.bad-hex',
    'not hexadecimal: an even number of digits 0-9 A-F is needed',
  )
  return plain
}

function readHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0) return undefined
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    const [high, low] = [nibbleAt(text, i * 2), nibbleAt(text, i * 2 + 1)]
    if (high > 15 || low > 15) return undefined
    bytes[i] = (high << 4) | low
  }
  return bytes
}

function nibbleAt(text: string, at: number): number {
  return NIBBLES[text.charCodeAt(at)] ?? 255
}

/** One array of all parts in order. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return concatAll(parts)
}

/** The same of a list of any length: a call takes some 100,000 arguments at most. */
export function concatAll(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** Parts one behind the other, where there is no way to do without. */
export async function gather(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const part of parts) all.push(part)
  return concatAll(all)
}

/** Same length and content. For secrets use a comparison of constant time. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Lexical order of two byte arrays, shorter first when one is a prefix. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Packed decimal digits; an odd number of digits is padded with F on the right (ISO 7812 style). */
export function bcd(digits: string, length?: number): Uint8Array {
  requireData(/^[0-9]*$/.test(digits), 'bytes.bad-bcd', `not decimal digits: ${digits}`)
  const hex = digits.length % 2 === 0 ? digits : `${digits}F`
  const bytes = fromHex(length === undefined ? hex : hex.padEnd(length * 2, 'F'))
  requireData(
    length === undefined || bytes.length === length,
    'bytes.bad-bcd',
    `${digits.length} digits do not fit ${length} bytes`,
  )
  return bytes
}

/** Decimal digits of a packed field with trailing F padding dropped; throws `bytes.bad-bcd`. */
export function fromBcd(bytes: Uint8Array): string {
  let end = bytes.length * 2
  while (end > 0 && nibbleOf(bytes, end - 1) === 15) end -= 1
  for (let i = 0; i < end; i++) {
    requireData(nibbleOf(bytes, i) <= 9, 'bytes.bad-bcd', 'not packed decimal digits')
  }
  return toHex(bytes).slice(0, end)
}

function nibbleOf(bytes: Uint8Array, at: number): number {
  const byte = bytes[at >> 1] ?? 0
  return at % 2 === 0 ? byte >> 4 : byte & 15
}

/** Bytes of an ASCII text. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => {
    const code = character.charCodeAt(0)
    requireData(code < 0x80, 'bytes.not-ascii', `not ASCII: ${text}`)
    return code
  })
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Text of UTF-8 bytes; throws `bytes.bad-utf8`. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    requireData(false, 'bytes.bad-utf8', 'not UTF-8 text')
  }
}

/** Big-endian view over the bytes of an array, whatever its offset in the buffer. */
export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
