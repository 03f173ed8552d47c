import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimalText, minorUnits } from './decimal.ts'

describe('decimal amounts', () => {
  test.each([
    ['1.5', 'USD', 150],
    ['1.50', 'USD', 150],
    ['1.500', 'USD', 150],
    ['0', 'USD', 0],
    ['-0', 'USD', 0],
    ['-1.05', 'EUR', -105],
    ['2.', 'EUR', 200],
    ['150', 'JPY', 150],
    ['1.234', 'KWD', 1_234],
    ['999999999999.99', 'EUR', 99_999_999_999_999],
  ])('%s %s are %i', (text, currency, units) => {
    expect(minorUnits(text, currency)).toBe(units)
  })

  test.each(['', '-', '.', '.5', '1.2.3', '1e3', '1,5', '+1', ' ', '1.501', '1234567890123', '٣'])(
    '"%s" is none',
    (text) => {
      expect(minorUnits(text, 'EUR')).toBeUndefined()
    },
  )

  test('every amount comes back from its text, without a float', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -(10 ** 14) + 1, max: 10 ** 14 - 1 }),
        fc.constantFrom('EUR', 'JPY', 'KWD'),
        (units, currency) => {
          const small = currency === 'JPY' ? Math.trunc(units / 1_000) : units
          expect(minorUnits(decimalText(small, currency), currency)).toBe(small + 0)
        },
      ),
    )
  })
})
