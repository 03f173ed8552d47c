import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createDiversifiedMac, desCbcMac, diversify, sm4CbcMac } from './index.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const message = fc.uint8Array({ maxLength: 40 })

describe('MACs of many cards under one issuer key', () => {
  test('3DES: CBC-MAC under the halves of the diversified key, added', () => {
    fc.assert(
      fc.property(bytes(16), fc.array(fc.tuple(bytes(8), message)), (issuerKey, cards) => {
        const mac = createDiversifiedMac('3des', issuerKey)
        const out = new Uint8Array(8)
        for (const [factor, data] of cards) {
          mac({ factor, message: data, out })
          const key = diversify('3des', issuerKey, factor)
          const half = key.slice(0, 8).map((byte, i) => byte ^ key[8 + i]!)
          expect(out).toEqual(desCbcMac(half, data))
        }
      }),
    )
  })

  test('SM4: CBC-MAC under the whole diversified key', () => {
    fc.assert(
      fc.property(bytes(16), fc.array(fc.tuple(bytes(8), message)), (issuerKey, cards) => {
        const mac = createDiversifiedMac('sm4', issuerKey)
        const out = new Uint8Array(16)
        for (const [factor, data] of cards) {
          mac({ factor, message: data, out })
          expect(out).toEqual(sm4CbcMac(diversify('sm4', issuerKey, factor), data))
        }
      }),
    )
  })

  test('a factor of another length is misuse', () => {
    const mac = createDiversifiedMac('sm4', new Uint8Array(16))
    const job = { message: new Uint8Array(1), out: new Uint8Array(16) }
    expect(() => mac({ ...job, factor: new Uint8Array(7) })).toThrow(TypeError)
  })
})
