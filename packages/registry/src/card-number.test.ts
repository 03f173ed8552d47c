import { luhnDigit, luhnValid } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allotments } from './allotment.ts'
import {
  checkCardNumber,
  issuerOfNumber,
  makeCardNumber,
  numberPrefixes,
  parseCardNumber,
} from './card-number.ts'

const serial = fc.nat({ max: 9_999_999_999 })
const iin = fc.constantFrom(...allotments().map((one) => one.iin))

describe('Luhn', () => {
  it('makes the digit of the published example (ISO/IEC 7812-1 annex B)', () => {
    expect(luhnDigit('7992739871')).toBe('3')
    expect(luhnValid('49927398716')).toBe(true)
    expect(luhnValid('49927398717')).toBe(false)
  })

  it('finds every single wrong digit', () => {
    fc.assert(
      fc.property(iin, serial, fc.nat(18), fc.integer({ min: 1, max: 9 }), (one, two, at, add) => {
        const number = makeCardNumber({ iin: one, serial: two })
        const wrong = `${(Number(number[at]) + add) % 10}`
        expect(luhnValid(number.slice(0, at) + wrong + number.slice(at + 1))).toBe(false)
      }),
    )
  })
})

describe('card numbers', () => {
  it('are made with 19 digits and read back with their issuer', () => {
    fc.assert(
      fc.property(iin, serial, (one, two) => {
        const number = makeCardNumber({ iin: one, serial: two })
        expect(number).toMatch(/^31\d{17}$/)
        expect(parseCardNumber(number)).toEqual({
          number,
          iin: one,
          issuer: allotments().find((block) => block.iin === one)?.issuer,
          luhn: 'valid',
          warnings: [],
        })
      }),
    )
  })

  it('are read with blanks and hyphens, as people write them', () => {
    const number = makeCardNumber({ iin: '31900001', serial: 1 })
    expect(
      parseCardNumber(` ${number.slice(0, 4)} ${number.slice(4, 8)}-${number.slice(8)}`),
    ).toEqual(parseCardNumber(number))
  })

  it.each(['', '31', '319000010000000001', '41900001000000000019', 'x190000100000000011'])(
    'are refused when malformed: %j',
    (text) => {
      expect(() => parseCardNumber(text)).toThrow(
        expect.objectContaining({ code: 'registry.bad-card-number' }),
      )
    },
  )

  it('are refused from a block that is allotted to nobody, with a code of its own', () => {
    const number = makeCardNumber({ iin: '31999999', serial: 1 })
    expect(checkCardNumber(number)).toMatchObject({ ok: false, code: 'registry.unallotted-block' })
    const book = [{ iin: '31999999', issuer: '02205880', source: 'ours' }]
    expect(checkCardNumber(number, book)).toMatchObject({ ok: true, issuer: '02205880' })
  })

  it('are refused for a wrong check digit only when the issuer is known to use Luhn', () => {
    const good = makeCardNumber({ iin: '31900001', serial: 5 })
    const bad = good.slice(0, -1) + ((Number(good.slice(-1)) + 1) % 10)
    expect(checkCardNumber(bad)).toMatchObject({ ok: false, code: 'registry.luhn-failed' })
    const foreign = parseCardNumber('3105070312345678901')
    expect(foreign).toMatchObject({ luhn: 'failed', issuer: undefined })
    expect(foreign.warnings).toHaveLength(1)
  })

  it('cannot be made of parts that do not fit', () => {
    for (const parts of [
      { iin: '3190001', serial: 1 },
      { iin: '21900001', serial: 1 },
      { iin: '31900001', serial: -1 },
      { iin: '31900001', serial: 0.5 },
      { iin: '31900001', serial: 10_000_000_000 },
    ])
      expect(() => makeCardNumber(parts)).toThrow(
        expect.objectContaining({ code: 'registry.bad-card-number' }),
      )
  })
})

describe('prefixes', () => {
  it('match the longest: a sub-brand sits in digits after the IIN', () => {
    const student = makeCardNumber({ iin: '31900003', serial: 8_800_000_001 })
    expect(issuerOfNumber(student)).toMatchObject({ prefix: '3190000388', issuer: '02205810' })
    const other = makeCardNumber({ iin: '31900003', serial: 8_700_000_001 })
    expect(issuerOfNumber(other)).toMatchObject({ prefix: '31900003', brand: null })
  })

  it('match the longest among any, in any order', () => {
    const digits = fc.stringMatching(/^31\d{17}$/)
    const lengths = fc.uniqueArray(fc.integer({ min: 8, max: 13 }), { minLength: 1 })
    fc.assert(
      fc.property(digits, lengths, (number, sizes) => {
        const book = sizes.map((size) => ({
          prefix: number.slice(0, size),
          issuer: String(size).padStart(8, '0'),
          brand: null,
          source: 'test',
        }))
        expect(issuerOfNumber(number, book)?.prefix.length).toBe(Math.max(...sizes))
      }),
    )
  })

  it('of a sub-brand lie in a block of the same issuer, each with its source', () => {
    const prefixes = numberPrefixes()
    for (const { prefix, issuer, source } of prefixes) {
      expect(source).not.toBe('')
      const block = prefixes.find((one) => one.prefix === prefix.slice(0, 8))
      expect(block?.issuer).toBe(issuer)
    }
  })
})
