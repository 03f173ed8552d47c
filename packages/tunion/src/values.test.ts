import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readFee, writeFee } from './fee-text.ts'
import { readFileName, writeFileName } from './file-name.ts'
import { cutGbk, fromGbk, toGbk } from './gbk.ts'
import { readFile, writeFile } from './index.ts'
import { EXAMPLES, HEADER } from './tunion.fixture.ts'

describe('fees', () => {
  test.each([
    ['0', 0n],
    ['000000000000000000001.2345670', 1_234_567n],
    ['-0000000000000000000.0000010', -1n],
    ['                        12.5', 12_500_000n],
    ['7.', 7_000_000n],
  ])('%s', (text, micro) => expect(readFee(text)).toBe(micro))

  test.each(['', '.5', '1.0000001', '1,5', '+1', '1e3', '--1', '1.0 0', 'NaN'])(
    'no fee: %j',
    (text) => expect(readFee(text)).toBeUndefined(),
  )

  test('any amount comes back exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), (micro) => {
        const text = writeFee(micro, 28)
        expect(text).toHaveLength(28)
        expect(readFee(text ?? '')).toBe(micro)
      }),
    )
  })
})

describe('GBK', () => {
  test('two bytes a character, one for ASCII', () => {
    expect([...toGbk('T卡')]).toEqual([0x54, 0xbf, 0xa8])
    expect(fromGbk(Uint8Array.of(0x54, 0xbf, 0xa8))).toBe('T卡')
  })

  test('any two bytes: text that is written alike, or none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const text = fromGbk(bytes)
        if (text !== undefined) expect(toGbk(text)).toEqual(bytes)
      }),
    )
  })

  test('control characters, the one-byte euro and four-byte forms are none', () => {
    for (const bytes of [[7], [0x80], [0x81, 0x30, 0x81, 0x30], [0x7f]]) {
      expect(fromGbk(Uint8Array.from(bytes))).toBeUndefined()
    }
  })

  test('is cut between characters', () => {
    expect(cutGbk('正常A卡', 5)).toBe('正常A')
    expect(cutGbk('正常A卡', 4)).toBe('正常')
    expect(cutGbk('a b', 2)).toBe('a')
  })
})

describe('file names', () => {
  const name = {
    kind: 'UP',
    day: '2026-11-21',
    role: 'acquirer',
    institution: '21580001',
    sequence: 42,
  } as const

  test('as the reference tells them', () => {
    expect(writeFileName(name)).toBe('UP261121000000' + '2' + '21580001' + '0000000042' + 'U')
    expect(readFileName(writeFileName(name))).toEqual(name)
    const long = { ...name, kind: 'FB', institution: '00021580001', role: 'issuer' } as const
    expect(readFileName(writeFileName(long))).toEqual(long)
  })

  test.each([
    'XX2611210000002215800010000000042A',
    'UP2611310000002215800010000000042U',
    'UP2611210000003215800010000000042U',
    'UP2611210000002215800010000000042A',
    'up2611210000002215800010000000042U',
    '../UP2611210000002215800010000000042U',
    '',
  ])('no name: %j', (text) => {
    expect(() => readFileName(text)).toThrow(expect.objectContaining({ code: 'tunion.bad-name' }))
  })

  test('nothing is named wrongly', () => {
    for (const change of [
      { sequence: 10 ** 10 },
      { sequence: -1 },
      { institution: '1' },
      { day: '1999-01-01' },
    ]) {
      expect(() => writeFileName({ ...name, ...change })).toThrow(
        expect.objectContaining({ code: 'tunion.bad-name' }),
      )
    }
  })
})

test('wide spaces of a text are text; fields of objects end with narrow ones only', () => {
  const record = { ...EXAMPLES.FB, errorText: '正常\u3000' }
  const file = writeFile('FB', HEADER, [record])
  expect(readFile('FB', file)).toMatchObject({ ok: true, records: [record] })
  const upload = writeFile('UP', HEADER, [EXAMPLES.UP])
  upload[upload.length - 33] = 0xa0
  expect(readFile('UP', upload)).toMatchObject({
    faults: [{ field: 'objects', code: 'tunion.bad-tlv' }],
  })
})

test.each([
  '20260229080000',
  '20261301080000',
  '20260001080000',
  '20261121240000',
  '20261121086000',
  '00011121080000',
])('no such time: %s', (digits) => {
  const file = writeFile('FB', HEADER, [EXAMPLES.FB])
  const at = 4 + 51 + 148
  for (let i = 0; i < digits.length; i++) file[at + i] = digits.charCodeAt(i)
  expect(readFile('FB', file)).toMatchObject({ faults: [{ field: 'at', code: 'tunion.bad-time' }] })
})

test('29 February of a leap year is a day', () => {
  const at = Date.UTC(2028, 1, 29)
  const file = writeFile('FB', HEADER, [{ ...EXAMPLES.FB, at }])
  expect(readFile('FB', file)).toMatchObject({ ok: true, records: [{ at }] })
})
