import { createHmac } from 'node:crypto'
import { toHex } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeCustomField, encodeCustomField, RISK_CLASSES } from './custom-field.ts'
import { hmacSm3, schemeToken } from './scheme-token.ts'

const digits = (length: number, alphabet: string) =>
  fc
    .array(fc.constantFrom(...Array.from(alphabet)), { minLength: length, maxLength: length })
    .map((letters) => letters.join(''))
const fields = fc.record(
  {
    companions: fc.nat(15),
    companion: fc.constant(true),
    riskClass: fc.constantFrom(...RISK_CLASSES),
    schemes: fc.array(
      fc.record({ operator: digits(8, '0123456789'), token: digits(16, '0123456789ABCDEF') }),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ['companions', 'riskClass', 'schemes'] },
)

describe("the issuer's own field", () => {
  test('two schemes take 26 bytes: the symbol does not grow', () => {
    const scheme = { operator: '11011002', token: '0123456789ABCDEF' }
    const bytes = encodeCustomField({
      companions: 2,
      riskClass: 'standard',
      schemes: [scheme, scheme],
    })
    expect(toHex(bytes)).toBe(`F123${'110110020123456789ABCDEF'.repeat(2)}`)
  })

  test('is read as it was written', () => {
    fc.assert(
      fc.property(fields, (field) => {
        expect(decodeCustomField(encodeCustomField(field))).toEqual(field)
      }),
    )
  })

  test('of other issuers is left alone, whatever it holds', () => {
    expect(decodeCustomField(new Uint8Array(0))).toBeUndefined()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 32 }), (bytes) => {
        const read = decodeCustomField(bytes)
        if (read !== undefined) expect(encodeCustomField(read)).toEqual(bytes)
      }),
    )
  })

  test('takes no more than fits', () => {
    for (const companions of [16, -1, 0.5]) {
      expect(() => encodeCustomField({ companions, riskClass: 'new', schemes: [] })).toThrow(
        expect.objectContaining({ code: 'code.bad-field' }),
      )
    }
  })
})

describe('scheme tokens', () => {
  const secret = new Uint8Array(32).fill(9)
  const scheme = { account: '3190000350000000013', operator: '11011002', month: '2026-11' }
  const token = (change: Partial<typeof scheme> = {}) =>
    toHex(schemeToken(secret, { ...scheme, ...change }))

  test('stay for an operator and month, and change with each of them', () => {
    expect(token()).toBe(token())
    const others = [
      token({ month: '2026-12' }),
      token({ operator: '58101001' }),
      token({ account: '3190000350000000021' }),
    ]
    expect(new Set([token(), ...others]).size).toBe(4)
  })

  test('are the HMAC-SM3 that OpenSSL computes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array(), (key, message) => {
        const expected = createHmac('sm3', key).update(message).digest()
        expect(hmacSm3(key, message)).toEqual(new Uint8Array(expected))
      }),
    )
  })
})
