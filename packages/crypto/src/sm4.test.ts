import { createCipheriv } from 'node:crypto'
import { fromHex, toHex } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  sm4Blocks,
  sm4CbcMac,
  sm4CbcMacInto,
  sm4Decrypt,
  sm4Encrypt,
  sm4Schedule,
} from './index.ts'

const KEY = fromHex('0123456789ABCDEFFEDCBA9876543210')
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const blocks = fc.integer({ min: 0, max: 6 }).chain((count) => bytes(count * 16))

describe('SM4', () => {
  test('GB/T 32907-2016, A.1: the plain text is the key', () => {
    expect(toHex(sm4Encrypt(KEY, KEY))).toBe('681EDF34D206965E86B3E94F536E4246')
    expect(sm4Decrypt(KEY, fromHex('681EDF34D206965E86B3E94F536E4246'))).toEqual(KEY)
  })

  test('GB/T 32907-2016, A.2: a million times', { timeout: 30_000 }, () => {
    let block = KEY
    const out = new Uint8Array(16)
    const schedule = sm4Schedule(KEY)
    for (let i = 0; i < 1_000_000; i++) {
      sm4Blocks(schedule, block, out)
      block = out
    }
    expect(toHex(block)).toBe('595298C7C6FD271F0402F804C33D3F66')
  })

  test('agrees with OpenSSL, both ways', () => {
    fc.assert(
      fc.property(bytes(16), blocks, (key, data) => {
        const cipher = sm4Encrypt(key, data)
        expect(cipher).toEqual(native('sm4-ecb', key, data, null))
        expect(sm4Decrypt(key, cipher)).toEqual(data)
      }),
    )
  })

  test('refuses halves of blocks and short keys as misuse', () => {
    expect(() => sm4Encrypt(KEY, new Uint8Array(15))).toThrow(TypeError)
    expect(() => sm4Encrypt(KEY.subarray(1), new Uint8Array(16))).toThrow(TypeError)
  })
})

describe('CBC-MAC with SM4, padding 80 00..', () => {
  test('is the last block of OpenSSL sm4-cbc over the padded message', () => {
    fc.assert(
      fc.property(bytes(16), fc.uint8Array({ maxLength: 70 }), bytes(16), (key, data, iv) => {
        const padded = new Uint8Array(data.length + 16 - (data.length % 16))
        padded.set(data)
        padded[data.length] = 0x80
        expect(sm4CbcMac(key, data, iv)).toEqual(native('sm4-cbc', key, padded, iv).slice(-16))
      }),
    )
  })

  test('starts from zeros without an IV', () => {
    expect(sm4CbcMac(KEY, KEY)).toEqual(sm4CbcMac(KEY, KEY, new Uint8Array(16)))
  })

  test('without allocation: the first `length` bytes count, whatever stands behind them', () => {
    const data = Uint8Array.from({ length: 40 }, (_, i) => 255 - i)
    const out = new Uint8Array(16)
    for (let length = 0; length <= 40; length++) {
      sm4CbcMacInto({ schedule: sm4Schedule(KEY), data, length, out })
      expect(out).toEqual(sm4CbcMac(KEY, data.slice(0, length)))
    }
  })
})

function native(
  name: string,
  key: Uint8Array,
  data: Uint8Array,
  iv: Uint8Array | null,
): Uint8Array {
  const cipher = createCipheriv(name, key, iv)
  cipher.setAutoPadding(false)
  return Uint8Array.from(Buffer.concat([cipher.update(data), cipher.final()]))
}
