import { createCipheriv } from 'node:crypto'
import { concat, fromHex, toHex } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  desBlocks,
  desCbcMac,
  desCbcMacInto,
  desSchedule,
  macIso9797Alg3,
  reverseSchedule,
  tdesDecrypt,
  tdesEncrypt,
  tdesSchedule,
} from './index.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const blocks = fc.integer({ min: 0, max: 12 }).chain((count) => bytes(count * 8))
const message = fc.uint8Array({ maxLength: 70 })

describe('DES: published vectors', () => {
  test.each([
    // NBS Special Publication 500-20, tables of known answers, and the worked example in
    // J. O. Grabbe, "The DES Algorithm Illustrated".
    ['133457799BBCDFF1', '0123456789ABCDEF', '85E813540F0AB405'],
    ['0101010101010101', '8000000000000000', '95F8A5E5DD31D900'],
    ['8001010101010101', '0000000000000000', '95A8D72813DAA94D'],
    ['10316E028C8F3B4A', '0000000000000000', '82DCBAFBDEAB6602'],
    ['7CA110454A1A6E57', '01A1D6D039776742', '690F5B0D9A26939B'],
  ])('key %s: %s -> %s, and back', (key, plain, cipher) => {
    const schedule = desSchedule(fromHex(key))
    expect(toHex(ecb(schedule, fromHex(plain)))).toBe(cipher)
    expect(toHex(ecb(reverseSchedule(schedule), fromHex(cipher)))).toBe(plain)
  })

  test('parity bits of the key change nothing', () => {
    const plain = fromHex('0123456789ABCDEF')
    expect(ecb(desSchedule(fromHex('133457799BBCDFF1')), plain)).toEqual(
      ecb(desSchedule(fromHex('123456789ABCDEF0')), plain),
    )
  })
})

describe('two-key triple DES', () => {
  test('check value of the usual test key is 08D7B4 (reference reliability 6.2)', () => {
    const key = fromHex('0123456789ABCDEFFEDCBA9876543210')
    expect(toHex(tdesEncrypt(key, new Uint8Array(8))).slice(0, 6)).toBe('08D7B4')
  })

  test('is des-ede3 of OpenSSL under K1 K2 K1, and decrypts to the plain text', () => {
    fc.assert(
      fc.property(bytes(16), blocks, (key, data) => {
        const cipher = tdesEncrypt(key, data)
        expect(cipher).toEqual(nativeEcb(key, data))
        expect(tdesDecrypt(key, cipher)).toEqual(data)
      }),
    )
  })

  test('with equal halves is single DES', () => {
    fc.assert(
      fc.property(bytes(8), blocks, (key, data) => {
        expect(ecb(desSchedule(key), data)).toEqual(tdesEncrypt(concat(key, key), data))
      }),
    )
  })

  test('a schedule written over an old one is as good as a new one', () => {
    const old = tdesSchedule(fromHex('0123456789ABCDEFFEDCBA9876543210'))
    const key = fromHex('11223344556677888877665544332211')
    expect(tdesSchedule(key, old)).toEqual(tdesSchedule(key))
  })

  test('works in place', () => {
    const key = fromHex('11223344556677888877665544332211')
    const data = Uint8Array.from({ length: 24 }, (_, i) => i)
    const expected = tdesEncrypt(key, data)
    desBlocks(tdesSchedule(key), data, data)
    expect(data).toEqual(expected)
  })

  test('refuses halves of blocks, short keys and short outputs as misuse', () => {
    expect(() => tdesEncrypt(new Uint8Array(16), new Uint8Array(7))).toThrow(TypeError)
    expect(() => tdesEncrypt(new Uint8Array(8), new Uint8Array(8))).toThrow(TypeError)
    expect(() =>
      desBlocks(desSchedule(new Uint8Array(8)), new Uint8Array(16), new Uint8Array(8)),
    ).toThrow(TypeError)
  })
})

describe('CBC-MAC with single DES, padding 80 00..', () => {
  test('is the last block of OpenSSL des-ede3-cbc under K K K', () => {
    fc.assert(
      fc.property(bytes(8), message, bytes(8), (key, data, iv) => {
        expect(desCbcMac(key, data, iv)).toEqual(nativeMac(concat(key, key, key), data, iv))
        expect(desCbcMac(key, data)).toEqual(
          nativeMac(concat(key, key, key), data, new Uint8Array(8)),
        )
      }),
    )
  })

  test('pads also behind whole blocks', () => {
    const key = fromHex('133457799BBCDFF1')
    expect(desCbcMac(key, new Uint8Array(8))).not.toEqual(ecb(desSchedule(key), new Uint8Array(8)))
  })

  test('without allocation: the first `length` bytes count, whatever stands behind them', () => {
    const key = fromHex('133457799BBCDFF1')
    const data = Uint8Array.from({ length: 40 }, (_, i) => 255 - i)
    const out = new Uint8Array(8)
    for (let length = 0; length <= 40; length++) {
      desCbcMacInto({ schedule: desSchedule(key), data, length, out })
      expect(out).toEqual(desCbcMac(key, data.slice(0, length)))
    }
  })
})

describe('MAC algorithm 3 of ISO/IEC 9797-1', () => {
  test('is single DES up to the last block, which goes through D(right) and E(left)', () => {
    fc.assert(
      fc.property(bytes(16), message, bytes(8), (key, data, iv) => {
        const left = key.subarray(0, 8)
        const right = key.subarray(8)
        const last = desCbcMac(left, data, iv)
        const undone = ecb(reverseSchedule(desSchedule(right)), last)
        expect(macIso9797Alg3(key, data, iv)).toEqual(ecb(desSchedule(left), undone))
      }),
    )
  })

  test('of one padded block is triple DES of it', () => {
    const key = fromHex('11223344556677888877665544332211')
    expect(macIso9797Alg3(key, fromHex('04DA9F78'))).toEqual(
      nativeEcb(key, fromHex('04DA9F7880000000')),
    )
  })

  test('with equal halves is the plain CBC-MAC', () => {
    const key = fromHex('133457799BBCDFF1')
    const data = fromHex('00112233445566778899')
    expect(macIso9797Alg3(concat(key, key), data)).toEqual(desCbcMac(key, data))
  })
})

function ecb(schedule: Int32Array, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length)
  desBlocks(schedule, data, out)
  return out
}

function nativeEcb(key16: Uint8Array, data: Uint8Array): Uint8Array {
  const cipher = createCipheriv('des-ede3', concat(key16, key16.subarray(0, 8)), null)
  cipher.setAutoPadding(false)
  return Uint8Array.from(Buffer.concat([cipher.update(data), cipher.final()]))
}

function nativeMac(key24: Uint8Array, data: Uint8Array, iv: Uint8Array): Uint8Array {
  const padded = new Uint8Array(data.length + 8 - (data.length % 8))
  padded.set(data)
  padded[data.length] = 0x80
  const cipher = createCipheriv('des-ede3-cbc', key24, iv)
  cipher.setAutoPadding(false)
  return Uint8Array.from(Buffer.concat([cipher.update(padded), cipher.final()]).subarray(-8))
}
