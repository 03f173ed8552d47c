import { createHash, hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Hashes } from '@unifare/core'

/** SHA-256 by OpenSSL, CRC-32 by zlib: both use what the processor has for them. */
export const nativeHashes: Hashes = {
  sha256(...parts) {
    const [only] = parts
    // One call does without an object to make and throw away.
    if (parts.length === 1 && only !== undefined) return plain(hash('sha256', only, 'buffer'))
    const sum = createHash('sha256')
    for (const part of parts) sum.update(part)
    return plain(sum.digest())
  },
  crc32: (...parts) => parts.reduce((sum, part) => crc32(part, sum), 0),
}

/** Not a Buffer: its `slice` shares memory, and it prints and compares as something else. */
function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}
