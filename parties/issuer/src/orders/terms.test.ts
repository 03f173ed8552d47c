import { describe, expect, test } from 'vitest'
import { DEMONSTRATION_TERMS } from './demonstration-terms.ts'
import { NO_TERMS, parseCardTerms, termsOn } from './terms.ts'

const { validFrom: _day, ...ROW } = NO_TERMS

describe('terms of cards', () => {
  test('a day has the last row that began before it', () => {
    expect(termsOn(DEMONSTRATION_TERMS, '2025-12-31').depositFen).toBe(2_000)
    expect(termsOn(DEMONSTRATION_TERMS, '2026-01-01').depositFen).toBe(1_500)
    expect(termsOn(DEMONSTRATION_TERMS, '2019-12-31')).toBe(NO_TERMS)
  })

  test.each([
    [[], 'terms is a list'],
    [[{ ...ROW, validFrom: '2026-02-30' }], 'terms[0].validFrom is a day'],
    [
      [
        { ...ROW, validFrom: '2026-01-02' },
        { ...ROW, validFrom: '2026-01-02' },
      ],
      'terms[1].validFrom is after the row before',
    ],
    [[{ ...ROW, validFrom: '2026-01-01', lossDays: 4 }], 'terms[0].lossDays is a whole number'],
    [[{ ...ROW, validFrom: '2026-01-01', depositFen: 1.5 }], 'terms[0].depositFen'],
    [[{ ...ROW, validFrom: '2026-01-01', fee: 1 }], 'terms[0].fee is not known'],
  ])('%j is refused where the fault is', (table, fault) => {
    expect(() => parseCardTerms(table)).toThrow(fault)
  })
})
