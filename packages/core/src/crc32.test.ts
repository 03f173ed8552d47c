import { crc32 as zlibCrc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { utf8 } from './bytes.ts'
import { crc32 } from './crc32.ts'

describe('CRC-32', () => {
  test('of the check string of its catalogue', () => {
    expect(crc32(utf8('123456789'))).toBe(0xcbf43926)
    expect(crc32()).toBe(0)
  })

  test('is that of zlib for any bytes, however they are split', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(70), (bytes, cut) => {
        const whole = zlibCrc32(bytes)
        expect(crc32(bytes)).toBe(whole)
        expect(crc32(bytes.subarray(0, cut), bytes.subarray(cut))).toBe(whole)
      }),
    )
  })
})
