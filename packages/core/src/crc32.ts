const POLYNOMIAL = 0xedb88320

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1
  return value
})

/**
 * CRC-32 (ISO-HDLC: reflected 0x04C11DB7, as in gzip) of the parts in order. It finds accidents,
 * not attackers.
 */
export function crc32(...parts: readonly Uint8Array[]): number {
  let value = 0xffff_ffff
  for (const part of parts) {
    for (const byte of part) value = TABLE[(value ^ byte) & 0xff]! ^ (value >>> 8)
  }
  return (value ^ 0xffff_ffff) >>> 0
}
