import { createHash, hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Hashes } from '@unifare/core'

/** SHA-256 by OpenSSL, CRC-32 by zlib: both use what the processor has for them. */
export const nativeHashes: Hashes = {
  sha256(...parts) {
    const [only] = parts
    // One call does without an object to make and throw away.
    if (parts.length === 1 && only !== undefined) return plain(hash('sha256', only, 'buffer'))
    const short = putTogether(parts)
    if (short !== undefined) return plain(hash('sha256', short, 'buffer'))
    const sum = createHash('sha256')
    for (const part of parts) sum.update(part)
    return plain(sum.digest())
  },
  crc32: (...parts) => parts.reduce((sum, part) => crc32(part, sum), 0),
}

/** Parts that have no more bytes than these cost less to copy than an object for their sum. */
const TOGETHER_BYTES = 4096
const together = new Uint8Array(TOGETHER_BYTES)

/** Short parts in memory that is used again; undefined when they are long. */
function putTogether(parts: readonly Uint8Array[]): Uint8Array | undefined {
  let end = 0
  for (const part of parts) {
    if (end + part.length > TOGETHER_BYTES) return undefined
    together.set(part, end)
    end += part.length
  }
  return together.subarray(0, end)
}

/** Not a Buffer: its `slice` shares memory, and it prints and compares as something else. */
function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}
