import { toHex } from '@unifare/core'
import { foreignPublicKey, pureEngine, sm2PublicKey } from '@unifare/crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codeFamily, parseIssuerKeys, readPlatformCode, verifyCode } from '../index.ts'
import { signatureOfDer } from './der.ts'
import {
  ALIPAY_KEY,
  alipayCode,
  derOf,
  PLATFORM_KEY,
  tencentCode,
  UNIONPAY_KEY,
  unionPayCode,
} from './platforms.fixture.ts'

const NOW_S = 1_795_230_000
const times = { authorisationExpiryS: NOW_S + 3600, validityS: 600, generationTimeS: NOW_S }
let step = 0
const random = (length: number) =>
  Uint8Array.from({ length }, (_, i) => (++step * 37 + i * 11 + (step >> 3)) & 255)

const alipay = alipayCode(times)
const city = alipayCode(times, { prefix: Uint8Array.of(0x54, 0x01), card: '3104000000000000013' })
const tencent = tencentCode(times)
const unionpay = unionPayCode(times, random)

const key = (curve: Parameters<typeof foreignPublicKey>[0], secret: Uint8Array, index: number) => ({
  index,
  publicKey: toHex(foreignPublicKey(curve, secret)),
})
const listed = parseIssuerKeys({
  roots: [],
  issuers: [],
  platforms: [
    {
      family: 'alipay',
      institution: '50023301',
      capFen: 2_000,
      keys: [key('secp256k1', ALIPAY_KEY, 7)],
    },
    {
      family: 'city-card',
      institution: '50023302',
      capFen: 800,
      keys: [key('secp256k1', ALIPAY_KEY, 7)],
    },
    {
      family: 'tencent',
      institution: '50023303',
      capFen: 2_000,
      keys: [key('secp224r1', PLATFORM_KEY, 9)],
    },
    {
      family: 'unionpay',
      institution: '50023304',
      capFen: 1_500,
      keys: [{ index: 5, publicKey: toHex(sm2PublicKey(UNIONPAY_KEY)) }],
    },
  ],
})
const unlisted = parseIssuerKeys({ roots: [], issuers: [] })

const verify = (bytes: Uint8Array, atS = NOW_S, keys = listed) =>
  verifyCode({ bytes, atS, keys, engine: pureEngine })

describe('codes of other platforms', () => {
  test.each([
    ['alipay', alipay],
    ['city-card', city],
    ['tencent', tencent],
    ['unionpay', unionpay],
  ] as const)('%s is recognised, and where it is no member it is told so', (family, bytes) => {
    expect(codeFamily(bytes)).toBe(family)
    expect(verify(bytes, NOW_S, unlisted)).toEqual({
      ok: false,
      code: 'code.foreign',
      step: 1,
      platform: family,
    })
    expect(readPlatformCode(family, bytes)).toMatchObject({ family, generationTimeS: NOW_S })
  })

  test.each([
    ['alipay', alipay, '50023301', '0002088000000000001', 1_000],
    ['city-card', city, '50023302', '3104000000000000013', 800],
    ['unionpay', unionpay, '50023304', '6200000000000000001', 1_500],
  ] as const)('%s of a member is charged to that member', (_, bytes, issuer, account, capFen) => {
    expect(verify(bytes)).toMatchObject({
      ok: true,
      identity: { issuer, account, generationTimeS: NOW_S },
      code: { capFen, validityS: 600 },
    })
  })

  test('a Tencent code is never accepted: its time is under a MAC that nobody here can check', () => {
    expect(verify(tencent)).toMatchObject({ ok: false, code: 'code.unproven' })
    const read = readPlatformCode('tencent', tencent)
    expect(read?.signatures).toHaveLength(1)
    expect(read?.unproven).toContain('MAC')
  })

  test('times are judged by our limits', () => {
    expect(verify(alipay, NOW_S + 601)).toMatchObject({ code: 'code.expired' })
    expect(verify(alipay, NOW_S - 21)).toMatchObject({ code: 'code.from-future' })
    expect(verify(alipay, NOW_S + 3601)).toMatchObject({ code: 'code.authorisation-expired' })
    const long = alipayCode({ ...times, validityS: 1201 })
    expect(verify(long)).toMatchObject({ code: 'code.validity-too-long' })
  })

  test('a key of another index and a rider without digits are refused', () => {
    const other = parseIssuerKeys({
      roots: [],
      issuers: [],
      platforms: [
        {
          family: 'alipay',
          institution: '50023301',
          capFen: 1,
          keys: [key('secp256k1', ALIPAY_KEY, 8)],
        },
      ],
    })
    expect(verify(alipay, NOW_S, other)).toMatchObject({ code: 'code.unknown-key' })
    expect(verify(alipayCode(times, { user: 'somebody else.16' }))).toMatchObject({
      code: 'code.bad-account',
    })
  })

  test.each([
    ['alipay', alipay],
    ['city-card', city],
    ['unionpay', unionpay],
  ] as const)('%s: no changed bit is taken for the same code', (_, bytes) => {
    const good = verify(bytes)
    for (let at = 0; at < bytes.length; at += 3) {
      const changed = bytes.slice()
      changed[at]! ^= 1 << (at % 8)
      const verdict = verify(changed)
      // The second byte of a city code's prefix is under no signature; the code stays the same one.
      if (verdict.ok) expect(verdict).toMatchObject({ identity: good.ok && good.identity })
    }
  })

  test('any bytes are answered', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(alipay, city, tencent, unionpay),
        fc.nat(),
        fc.uint8Array({ maxLength: 8 }),
        (code, place, bytes) => {
          const cut = place % code.length
          expect(verify(Uint8Array.of(...code.slice(0, cut), ...bytes)).ok).toBe(false)
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('the list of platforms', () => {
  test.each([
    ['a family without a layout', { family: 'unified-platform' }],
    ['no institution', { institution: 'somebody' }],
    ['a key that is none', { keys: [{ index: 1, publicKey: 'zz' }] }],
  ])('%s is refused', (_, change) => {
    const row = { family: 'alipay', institution: '50023301', capFen: 1, keys: [], ...change }
    expect(() => parseIssuerKeys({ roots: [], issuers: [], platforms: [row] })).toThrow(
      expect.objectContaining({ code: 'code.bad-issuer-keys' }),
    )
  })
})

describe('DER of an SM2 signature', () => {
  test('has one spelling', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (raw) => {
        fc.pre(raw.slice(0, 32).some(Boolean) && raw.slice(32).some(Boolean))
        expect(signatureOfDer(derOf(raw))).toEqual(raw)
      }),
    )
  })

  test.each([
    ['a zero in front', [0x30, 8, 2, 2, 0, 1, 2, 2, 0, 1]],
    ['a negative number', [0x30, 6, 2, 1, 0x80, 2, 1, 1]],
    ['bytes behind', [0x30, 7, 2, 1, 1, 2, 1, 1, 0]],
    ['no number', [0x30, 4, 2, 0, 2, 0]],
  ])('%s is refused', (_, bytes) => {
    expect(signatureOfDer(Uint8Array.from(bytes))).toBeUndefined()
  })
})
