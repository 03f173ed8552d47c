import { view } from '@unifare/core'

/** Two bytes, big-endian; the value is taken modulo 2^16. */
export function u16(value: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(value >>> 8, value)
}

/** Four bytes, big-endian; negative values in two's complement. */
export function u32(value: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}

/** Unsigned 2-byte word at an offset that the caller has checked. */
export function readU16(bytes: Uint8Array, offset = 0): number {
  return view(bytes).getUint16(offset)
}

/** Unsigned 4-byte word at an offset that the caller has checked. */
export function readU32(bytes: Uint8Array, offset = 0): number {
  return view(bytes).getUint32(offset)
}
