import { ascii, bcd } from '@unifare/core'
import { describe, expect, test } from 'vitest'
import { codeFamily, parseCode, parseCodeV1 } from './index.ts'

const filled = (length: number, ...head: number[]) => {
  const bytes = new Uint8Array(length)
  bytes.set(head)
  return bytes
}

describe("whose code it is, by its first bytes: not a member's, instead of unreadable", () => {
  test.each([
    ['tencent', ascii('TXAAoAAQ==')],
    ['alipay', filled(230, 0x02, 0x01)],
    ['city-card', filled(230, 0x54, 0x01)],
    ['city-card', filled(230, 0x54, 0x02)],
    ['unified-platform', filled(300, 0x55)],
    ['json', ascii('{"terminal":"1"}')],
    ['json', ascii('[1]')],
  ] as const)('%s', (family, bytes) => {
    expect(codeFamily(bytes)).toBe(family)
    expect(parseCode(bytes)).toEqual({
      ok: false,
      code: 'code.foreign',
      step: 1,
      platform: family,
    })
  })

  test.each([
    ['T and something else', ascii('TAXI')],
    ['a web address', ascii('https://example.org')],
    ['a zero', filled(332)],
  ])('%s is of no known family', (_, bytes) => {
    expect(codeFamily(bytes)).toBe('unknown')
    expect(parseCode(bytes)).toEqual({ ok: false, code: 'code.bad-version', step: 1 })
  })

  test('ours', () => {
    for (const version of [0x80, 0x81, 0xff])
      expect(codeFamily(filled(332, version))).toBe('t-union')
  })
})

describe('the old two-level code', () => {
  function v1(version: number): Uint8Array {
    const bytes = filled(226, version)
    bytes.set([0x12, 0x34, 0x56, 0x78], 4)
    bytes.set(ascii('UNIFARE-TEST-001'), 10)
    bytes.set(bcd('3190000350000000013', 10), 34)
    bytes.set([2], 51)
    bytes.set([0x6a, 0, 0, 0], 84)
    bytes.set([0, 120], 88)
    bytes.set([0x69, 0, 0, 1], 157)
    return bytes
  }

  test.each([0x40, 0x80, 0x81])('version %i is read, and not accepted', (version) => {
    const bytes = v1(version)
    expect(parseCodeV1(bytes)).toMatchObject({
      ok: true,
      code: {
        version,
        keyId: '12345678',
        paymentAccount: 'UNIFARE-TEST-001',
        cardAccount: '3190000350000000013',
        authorisationExpiryS: 0x6a000000,
        validityS: 120,
        generationTimeS: 0x69000001,
      },
    })
    expect(parseCode(bytes)).toEqual({ ok: false, code: 'code.two-level', step: 1 })
  })

  test('what is none is refused', () => {
    expect(parseCodeV1(filled(332, 0x80))).toMatchObject({ code: 'code.bad-version' })
    expect(parseCodeV1(filled(225, 0x40))).toMatchObject({ code: 'code.bad-length' })
    expect(parseCodeV1(filled(226, 0x40))).toMatchObject({ code: 'code.bad-account' })
  })
})
