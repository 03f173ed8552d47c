import { UnifareError } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkFeeRows, DEMONSTRATION_FEES, type FeeRow, feeOf } from './fees.ts'

const ANY: FeeRow = {
  id: 'any',
  mode: 'any',
  acquirer: 'any',
  issuer: 'any',
  ratePpm: 6_000,
  acquirerSharePpm: 150_000,
  issuerSharePpm: 500_000,
  validFrom: '2026-01-01',
  validTo: null,
  source: 'test',
}
const row = (id: string, changes: Partial<FeeRow>): FeeRow => ({ ...ANY, id, ...changes })
const ASKED = {
  mode: 'bus',
  acquirer: '30000001',
  issuer: '20000001',
  day: '2026-11-20',
  amountFen: 200,
} as const
const chosen = (rows: readonly FeeRow[], asked = {}) => feeOf(rows, { ...ASKED, ...asked })?.row

describe('the most specific row wins: issuer before acquirer before mode', () => {
  const rows = [
    row('mode', { mode: 'bus' }),
    row('acquirer', { acquirer: '30000001' }),
    row('acquirer+mode', { acquirer: '30000001', mode: 'bus' }),
    row('issuer', { issuer: '20000001' }),
    row('all', { issuer: '20000001', acquirer: '30000001', mode: 'bus' }),
    ANY,
  ]

  test.each([
    ['all', {}],
    ['issuer', { acquirer: '30000009' }],
    ['acquirer+mode', { issuer: '20000009' }],
    ['acquirer', { issuer: '20000009', mode: 'metro' }],
    ['mode', { issuer: '20000009', acquirer: '30000009' }],
    ['any', { issuer: '20000009', acquirer: '30000009', mode: 'metro' }],
  ])('%s', (id, asked) => {
    expect(chosen(rows, asked)).toBe(id)
    expect(chosen(rows.toReversed(), asked)).toBe(id)
  })
})

test('a row counts from its first day to the day before its last', () => {
  const rows = [
    row('old', { validTo: '2026-11-20' }),
    row('new', { validFrom: '2026-11-20', validTo: '2026-12-01' }),
  ]
  expect(chosen(rows, { day: '2026-11-19' })).toBe('old')
  expect(chosen(rows, { day: '2026-11-20' })).toBe('new')
  expect(chosen(rows, { day: '2026-12-01' })).toBeUndefined()
})

test('a missing row is no fee of zero: there is none', () => {
  expect(feeOf([], ASKED)).toBeUndefined()
  expect(feeOf([row('metro', { mode: 'metro' })], ASKED)).toBeUndefined()
})

describe('shares', () => {
  test('2.00 yuan by bus: fee 1.2 fen, half to the issuer, 15 % to the acquirer', () => {
    expect(feeOf(DEMONSTRATION_FEES, ASKED)).toEqual({
      row: 'any',
      feeMicro: 1_200_000n,
      issuerMicro: 600_000n,
      acquirerMicro: 180_000n,
      centreMicro: 420_000n,
    })
  })

  test('what division leaves over is the centre’s', () => {
    expect(feeOf(DEMONSTRATION_FEES, { ...ASKED, mode: 'bicycle', amountFen: 1 })).toEqual({
      row: 'bicycle',
      feeMicro: 3_000n,
      issuerMicro: 999n,
      acquirerMicro: 999n,
      centreMicro: 1_002n,
    })
  })

  test('always sum to the fee and are never negative', () => {
    const ppm = fc.integer({ min: 0, max: 1_000_000 })
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffff_ffff }),
        ppm,
        ppm,
        ppm,
        (amountFen, ratePpm, acquirerSharePpm, other) => {
          const issuerSharePpm = Math.min(other, 1_000_000 - acquirerSharePpm)
          const fee = feeOf([{ ...ANY, ratePpm, acquirerSharePpm, issuerSharePpm }], {
            ...ASKED,
            amountFen,
          })
          if (fee === undefined) throw new TypeError('no fee')
          const shares = [fee.issuerMicro, fee.acquirerMicro, fee.centreMicro]
          expect(shares.reduce((sum, share) => sum + share, 0n)).toBe(fee.feeMicro)
          expect(shares.every((share) => share >= 0n)).toBe(true)
          expect(fee.feeMicro).toBe(BigInt(amountFen) * BigInt(ratePpm))
        },
      ),
    )
  })
})

describe('floor, cap and tiers of a row', () => {
  const bounded = row('bounded', {
    tiers: [
      { fromFen: 1_000, ratePpm: 5_000 },
      { fromFen: 10_000, ratePpm: 4_000 },
    ],
    floorMicro: 2_000_000,
    capMicro: 60_000_000,
  })
  const feeFen = (amountFen: number) =>
    Number(feeOf([bounded], { ...ASKED, amountFen })?.feeMicro) / 1_000_000

  test.each([
    ['nothing of nothing', 0, 0],
    ['never more than the charge', 1, 1],
    ['the floor', 100, 2],
    ['the row’s own rate, just above the floor', 334, 2.004],
    ['below the first tier', 999, 5.994],
    ['the whole amount at the rate of its tier', 1_000, 5],
    ['the last tier', 10_000, 40],
    ['just the cap', 15_000, 60],
    ['the cap', 1_000_000, 60],
  ])('%s: %d fen', (_, amountFen, fee) => {
    expect(feeFen(amountFen)).toBe(fee)
  })

  test('are shared like any fee, what is left over to the centre', () => {
    expect(feeOf([{ ...bounded, floorMicro: 1_234_567 }], { ...ASKED, amountFen: 100 })).toEqual({
      row: 'bounded',
      feeMicro: 1_234_567n,
      issuerMicro: 617_283n,
      acquirerMicro: 185_185n,
      centreMicro: 432_099n,
    })
  })
})

describe('a matrix is refused', () => {
  const refusal = (rows: readonly FeeRow[]) => {
    try {
      checkFeeRows(rows)
    } catch (error) {
      return error instanceof UnifareError ? error.code : error
    }
    return undefined
  }

  test('the demonstration’s own is good', () => {
    expect(refusal(DEMONSTRATION_FEES)).toBeUndefined()
  })

  test('when shares exceed the fee or are negative', () => {
    expect(refusal([{ ...ANY, acquirerSharePpm: 500_001 }])).toBe('fee.bad-row')
    expect(refusal([{ ...ANY, issuerSharePpm: -1 }])).toBe('fee.bad-row')
    expect(refusal([{ ...ANY, issuerSharePpm: 0.5 }])).toBe('fee.bad-row')
  })

  test.each([
    ['a floor above the cap', { floorMicro: 2, capMicro: 1 }],
    ['a negative floor', { floorMicro: -1 }],
    ['a cap that is no whole number', { capMicro: 0.5 }],
    ['a rate above the amount', { ratePpm: 1_000_001 }],
    ['a tier with a negative rate', { tiers: [{ fromFen: 1, ratePpm: -1 }] }],
    ['a tier from nothing on', { tiers: [{ fromFen: 0, ratePpm: 1 }] }],
    [
      'two tiers from one amount',
      {
        tiers: [
          { fromFen: 5, ratePpm: 1 },
          { fromFen: 5, ratePpm: 2 },
        ],
      },
    ],
  ])('when it has %s', (_, changes) => {
    expect(refusal([row('bounded', changes)])).toBe('fee.bad-row')
  })

  test('when two rows for the same rides are in force at once, in whatever order they stand', () => {
    const first = row('first', { validTo: '2026-06-01' })
    const second = row('second', { validFrom: '2026-06-01' })
    const early = row('early', { validFrom: '2026-05-31' })
    expect(refusal([first, second])).toBeUndefined()
    expect(refusal([second, first])).toBeUndefined()
    expect(refusal([first, early])).toBe('fee.bad-row')
    expect(refusal([early, first])).toBe('fee.bad-row')
    expect(refusal([ANY, row('again', {})])).toBe('fee.bad-row')
  })
})
