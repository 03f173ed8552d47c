const POLYNOMIAL = 0xedb88320
/** Bytes that one step takes, each through a table of its own. */
const STEP = 8

/** Table k tells what a byte does to the sum k bytes further on: 8 × 256 words. */
const TABLES = makeTables()

function makeTables(): Int32Array {
  const tables = new Int32Array(STEP * 256)
  for (let byte = 0; byte < 256; byte++) {
    let value = byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1
    tables[byte] = value
  }
  for (let i = 256; i < tables.length; i++) {
    const before = tables[i - 256]!
    tables[i] = (before >>> 8) ^ tables[before & 0xff]!
  }
  return tables
}

/**
 * CRC-32 (ISO-HDLC: reflected 0x04C11DB7, as in gzip) of the parts in order. It finds accidents,
 * not attackers.
 */
export function crc32(...parts: readonly Uint8Array[]): number {
  let value = -1
  for (const part of parts) value = update(value, part)
  return (value ^ -1) >>> 0
}

function update(start: number, bytes: Uint8Array): number {
  let value = start
  const whole = bytes.length - (bytes.length % STEP)
  let at = 0
  for (; at < whole; at += STEP) {
    const low =
      value ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24))
    value =
      TABLES[0x700 | (low & 0xff)]! ^
      TABLES[0x600 | ((low >>> 8) & 0xff)]! ^
      TABLES[0x500 | ((low >>> 16) & 0xff)]! ^
      TABLES[0x400 | (low >>> 24)]! ^
      TABLES[0x300 | bytes[at + 4]!]! ^
      TABLES[0x200 | bytes[at + 5]!]! ^
      TABLES[0x100 | bytes[at + 6]!]! ^
      TABLES[bytes[at + 7]!]!
  }
  for (; at < bytes.length; at++) {
    value = TABLES[(value ^ bytes[at]!) & 0xff]! ^ (value >>> 8)
  }
  return value
}
