import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from './bytes.ts'
import { UnifareError } from './errors.ts'
import { type Fields, fieldLength, readField, writeFields } from './layout-field.ts'
import { defineRecord } from './layout-record.ts'

const TABLE = {
  count: [0, 'u8'],
  amount: [1, 'u24'],
  code: [4, 'hex', 2],
  text: [6, 'latin1', 2],
  rest: [8, 'bytes', 3],
} as const satisfies Fields

describe('one field', () => {
  it('is read behind a base, as a view', () => {
    const bytes = fromHex('FFFF 07 0001F4 7910 4142 010203')
    expect(readField(bytes, TABLE.count, 2)).toBe(7)
    expect(readField(bytes, TABLE.amount, 2)).toBe(500)
    expect(readField(bytes, TABLE.code, 2)).toBe('7910')
    expect(readField(bytes, TABLE.text, 2)).toBe('AB')
    expect(readField(bytes, TABLE.rest, 2).buffer).toBe(bytes.buffer)
  })

  it('counts bytes beyond the end as 0 and shows no others', () => {
    expect(readField(fromHex('07 0001'), TABLE.amount)).toBe(0x000100)
    expect(readField(new Uint8Array(5), TABLE.code)).toBe('00')
  })

  it('knows its length', () => {
    expect(Object.values(TABLE).map((field) => fieldLength(field))).toEqual([1, 3, 2, 2, 3])
  })
})

describe('writing', () => {
  it('leaves what is not given as it is', () => {
    const bytes = new Uint8Array(12).fill(0xee)
    writeFields(bytes, TABLE, { amount: 500, code: '7910' }, { base: 1 })
    expect(toHex(bytes)).toBe('EEEE0001F47910EEEEEEEEEE')
  })

  it.each([
    ['a number out of range', { count: 256 }],
    ['a negative number', { count: -1 }],
    ['a fraction', { amount: 0.5 }],
    ['short hexadecimal', { code: '79' }],
    ['no hexadecimal', { code: '79XY' }],
    ['text that does not fill', { text: 'A' }],
    ['text beyond latin1', { text: '卡A' }],
    ['bytes that do not fill', { rest: new Uint8Array(2) }],
    ['nothing', { count: undefined as never }],
  ])('refuses %s, with the code of the caller', (_, values) => {
    const bytes = new Uint8Array(11)
    expect(() => writeFields(bytes, TABLE, values, { code: 'x.bad' })).toThrow(
      expect.objectContaining({ code: 'x.bad' }),
    )
    expect(() => writeFields(bytes, TABLE, values)).toThrow(UnifareError)
  })

  it('refuses a field that lies beyond the bytes', () => {
    expect(() => writeFields(new Uint8Array(3), TABLE, { amount: 1 })).toThrow(/does not fit/)
  })
})

describe('a record that others wrote', () => {
  const record = defineRecord(11, TABLE)

  it('decodes bytes of any length and gives them back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        expect(record.encode(record.decode(bytes))).toEqual(bytes)
      }),
    )
  })

  it('shows a field that is cut as zero or empty', () => {
    const cut = record.decode(fromHex('07 0001'))
    expect(cut).toMatchObject({ count: 7, amount: 0, code: '', text: '' })
    expect(cut.rest).toHaveLength(0)
  })

  it('keeps no hold of the bytes it was given', () => {
    const bytes = new Uint8Array(11)
    const values = record.decode(bytes)
    bytes.fill(1)
    expect(values.count + (values.rest[0] ?? 9)).toBe(0)
    expect(values.raw).toEqual(new Uint8Array(11))
  })
})
