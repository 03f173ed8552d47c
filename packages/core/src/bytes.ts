import { requireData } from './errors.ts'

/** Upper-case hexadecimal, as card people write it. */
export function toHex(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  return hex.toUpperCase()
}

/** Bytes of a hexadecimal text; blanks are allowed; throws `bytes.bad-hex`. */
export function fromHex(hex: string): Uint8Array {
  const text = hex.replace(/\s+/g, '')
  requireData(
    text.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(text),
    'bytes.bad-hex',
    'not hexadecimal: an even number of digits 0-9 A-F is needed',
  )
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = Number.parseInt(text.slice(i * 2, i * 2 + 2), 16)
  return bytes
}

/** One array of all parts in order. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
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
  const digits = toHex(bytes).replace(/F+$/, '')
  requireData(/^[0-9]*$/.test(digits), 'bytes.bad-bcd', `not packed decimal: ${toHex(bytes)}`)
  return digits
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
