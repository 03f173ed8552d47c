import { createCipheriv } from 'node:crypto'
import { concat, fromHex } from '@unifare/core'
import { describe, expect, test } from 'vitest'
import { diversify, diversifyChain, sameMac } from './index.ts'

const MASTER = fromHex('0123456789ABCDEFFEDCBA9876543210')
const SERIAL = fromHex('4800001234567890')
const ISSUER = fromHex('01234567FFFFFFFF')
const NOT_SERIAL = fromHex('B7FFFFEDCBA9876F')

describe('diversification (reference card 5.2)', () => {
  test('3DES: E(F) || E(not F)', () => {
    const key24 = concat(MASTER, MASTER.subarray(0, 8))
    expect(diversify('3des', MASTER, SERIAL)).toEqual(
      native('des-ede3', key24, concat(SERIAL, NOT_SERIAL)),
    )
  })

  test('SM4: one block E(F || not F)', () => {
    expect(diversify('sm4', MASTER, SERIAL)).toEqual(
      native('sm4-ecb', MASTER, concat(SERIAL, NOT_SERIAL)),
    )
  })

  test.each(['3des', 'sm4'] as const)('%s: levels follow in order, and order matters', (name) => {
    const twice = diversify(name, diversify(name, MASTER, ISSUER), SERIAL)
    expect(diversifyChain(name, MASTER, [ISSUER, SERIAL])).toEqual(twice)
    expect(diversifyChain(name, MASTER, [SERIAL, ISSUER])).not.toEqual(twice)
  })

  test('without a factor, or with one of another length, nothing comes out', () => {
    expect(() => diversifyChain('3des', MASTER, [])).toThrow(
      expect.objectContaining({ code: 'key.bad-factor' }),
    )
    expect(() => diversify('sm4', MASTER, SERIAL.subarray(1))).toThrow(
      expect.objectContaining({ code: 'key.bad-factor' }),
    )
  })
})

test('sameMac compares length and every byte', () => {
  expect(sameMac(SERIAL, SERIAL.slice())).toBe(true)
  expect(sameMac(SERIAL, SERIAL.subarray(1))).toBe(false)
  for (let i = 0; i < 8; i++) {
    const other = SERIAL.slice()
    other[i] = SERIAL[i]! ^ 1
    expect(sameMac(SERIAL, other)).toBe(false)
  }
})

function native(name: string, key: Uint8Array, data: Uint8Array): Uint8Array {
  const cipher = createCipheriv(name, key, null)
  cipher.setAutoPadding(false)
  return Uint8Array.from(Buffer.concat([cipher.update(data), cipher.final()]))
}
