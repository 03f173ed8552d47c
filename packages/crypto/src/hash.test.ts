import { createHash } from 'node:crypto'
import { toHex, utf8 } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sha256, sm3 } from './index.ts'

describe('SM3', () => {
  test('GB/T 32905-2016, A.1: "abc"', () => {
    expect(toHex(sm3(utf8('abc')))).toBe(
      '66C7F0F462EEEDD9D1F2D46BDC10E4E24167C4875CF2F7A2297DA02B8F4BA8E0',
    )
  })

  test('GB/T 32905-2016, A.2: 16 times "abcd", one whole block', () => {
    expect(toHex(sm3(utf8('abcd'.repeat(16))))).toBe(
      'DEBE9FF92275B8A138604889C18E5A4D6FDB70E5387E5765293DCBA39C0C5732',
    )
  })

  test('every length around the block and padding edges agrees with OpenSSL', () => {
    const data = Uint8Array.from({ length: 200 }, (_, i) => i * 7)
    for (let length = 0; length <= 200; length++) {
      const message = data.subarray(0, length)
      expect(sm3(message)).toEqual(native('sm3', message))
    }
  })
})

test('random messages agree with OpenSSL for SM3 and SHA-256', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (message) => {
      expect(sm3(message)).toEqual(native('sm3', message))
      expect(sha256(message)).toEqual(native('sha256', message))
    }),
  )
})

function native(algorithm: string, message: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash(algorithm).update(message).digest())
}
