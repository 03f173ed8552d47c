import { fromHex, toHex, UnifareError } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import golden from '../vectors/charges-1.json' with { type: 'json' }
import { type Charge, chargeId, chargeToJson, encodeCharge, parseCharge } from './index.ts'
import { cardCharge, codeCharge, TERMINAL } from './wire.fixture.ts'

const refused = (code: string) => expect.objectContaining({ code })

describe('golden bytes of version 1', () => {
  test.each(golden.charges)('$view.charge', ({ hex, view }) => {
    const charge = parseCharge(fromHex(hex))
    expect(chargeToJson(charge)).toEqual(view)
    expect(chargeId(charge)).toBe(view.charge)
    expect(toHex(encodeCharge(charge))).toBe(hex)
  })
})

const amount = fc.integer({ min: -1_000_000, max: 1_000_000 })
const anyCharge: fc.Arbitrary<Charge> = fc
  .record({
    tariff: fc.string({ maxLength: 30, unit: 'grapheme' }),
    parts: fc.array(fc.record({ rule: fc.string({ maxLength: 20 }), amountFen: amount }), {
      minLength: 1,
      maxLength: 32,
    }),
    taps: fc.integer({ min: 1, max: 64 }),
    test: fc.boolean(),
  })
  .filter(({ tariff, parts }) =>
    [tariff, ...parts.map(({ rule }) => rule)].every((text) => !/[\p{Cc}\p{Cs}\uFEFF]/u.test(text)),
  )
  .map(({ tariff, parts, taps, test: isTest }) => {
    const sum = parts.reduce((total, part) => total + part.amountFen, 0)
    const balanced = sum < 0 ? [...parts.slice(0, 31), { rule: 'up', amountFen: -sum }] : parts
    return codeCharge({
      tariff,
      parts: balanced,
      amountFen: balanced.reduce((total, part) => total + part.amountFen, 0),
      taps: Array.from({ length: taps }, (_, sequence) => ({
        terminal: TERMINAL,
        sequence,
        amountFen: 0,
      })),
      test: isTest,
    })
  })
  .filter(({ amountFen }) => amountFen >= 0)

describe('round trips', () => {
  test('every charge comes back, and its bytes too', () => {
    fc.assert(
      fc.property(anyCharge, (charge) => {
        const bytes = encodeCharge(charge)
        expect(parseCharge(bytes)).toEqual(charge)
        expect(encodeCharge(parseCharge(bytes))).toEqual(bytes)
      }),
    )
  })

  test('bytes that are no charge are refused with a code of their own, never otherwise', () => {
    const mutated = fc
      .tuple(anyCharge, fc.nat(), fc.nat({ max: 255 }))
      .map(([charge, at, value]) => {
        const bytes = encodeCharge(charge)
        bytes[at % bytes.length] = value
        return bytes
      })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated), (bytes) => {
        try {
          expect(parseCharge(bytes)).toBeDefined()
        } catch (error) {
          expect(error).toBeInstanceOf(UnifareError)
          expect((error as UnifareError).code).toMatch(/^charge\.(malformed|unknown-version)$/)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('a charge of the future has a code of its own', () => {
    const bytes = encodeCharge(cardCharge())
    bytes[0] = 2
    expect(() => parseCharge(bytes)).toThrow(refused('charge.unknown-version'))
  })

  test('a flag that is not known might change the money: refused', () => {
    const bytes = encodeCharge(cardCharge())
    bytes[17] = 2
    expect(() => parseCharge(bytes)).toThrow(refused('charge.malformed'))
  })
})

const tap = { terminal: TERMINAL, sequence: 1, amountFen: 0 }

describe('what a charge must be', () => {
  test.each<[string, Charge]>([
    ['parts that do not sum to the amount', codeCharge({ amountFen: 381 })],
    ['card taps that do not sum to the amount', cardCharge({ taps: [{ ...tap, amountFen: 199 }] })],
    ['code taps with money', codeCharge({ taps: [{ ...tap, amountFen: 380 }] })],
    ['no taps', codeCharge({ taps: [] })],
    ['65 taps', codeCharge({ taps: Array.from({ length: 65 }, () => tap) })],
    [
      '33 parts',
      codeCharge({
        amountFen: 33,
        parts: Array.from({ length: 33 }, () => ({ rule: 'r', amountFen: 1 })),
      }),
    ],
    [
      'a part beyond four bytes',
      codeCharge({
        amountFen: 0,
        parts: [
          { rule: 'up', amountFen: 2 ** 31 },
          { rule: 'down', amountFen: -(2 ** 31) },
        ],
      }),
    ],
    ['a negative amount', codeCharge({ amountFen: -5, parts: [{ rule: 'r', amountFen: -5 }] })],
    ['a day that does not exist', codeCharge({ tapDay: '2026-02-30' })],
    ['a day in another form', codeCharge({ tapDay: '2026-2-3' })],
    ['an operator of 7 digits', codeCharge({ operator: '2158000' })],
    ['an account of 18 digits', codeCharge({ account: '310486000000000001' })],
    ['a tariff with a zero byte', codeCharge({ tariff: 'a\0b' })],
    ['a rule of 256 bytes', codeCharge({ parts: [{ rule: 'r'.repeat(256), amountFen: 380 }] })],
    ['a version that is not written here', codeCharge({ version: 2 })],
  ])('%s: refused', (_, charge) => {
    expect(() => encodeCharge(charge)).toThrow(refused('charge.malformed'))
  })

  test('64 taps and 32 parts are taken', () => {
    const charge = codeCharge({
      taps: Array.from({ length: 64 }, () => tap),
      amountFen: 32,
      parts: Array.from({ length: 32 }, () => ({ rule: 'r'.repeat(255), amountFen: 1 })),
    })
    expect(parseCharge(encodeCharge(charge))).toEqual(charge)
  })
})
