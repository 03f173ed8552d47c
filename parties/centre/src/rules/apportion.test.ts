import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ApportionBy, apportion, type Leg, largestRemainder } from './apportion.ts'

const [A, B, C] = ['15215211', '15215212', '15215213']
const LEGS: readonly Leg[] = [
  { operator: A, distanceM: 3_000 },
  { operator: B, distanceM: 6_000 },
  { operator: A, distanceM: 1_000 },
]
const shares = (amountFen: number, rule: ApportionBy, legs = LEGS) =>
  apportion(amountFen, { rule, legs }).map(({ member, amountFen: part }) => [member, part])

describe('a fare of 5.00 yuan over three legs of two operators', () => {
  it('by legs: two of three are A’s', () => {
    expect(shares(500, { by: 'legs' })).toEqual([
      [A, 333],
      [B, 167],
    ])
  })

  it('by distance: four of ten kilometres are A’s', () => {
    expect(shares(500, { by: 'distance' })).toEqual([
      [A, 200],
      [B, 300],
    ])
  })

  it('by agreement, whatever was ridden', () => {
    expect(shares(500, { by: 'agreed', ppm: { [C]: 100_000, [A]: 900_000 } })).toEqual([
      [A, 450],
      [C, 50],
    ])
  })

  it('by the ways that riders take: 70 % over A and B, 30 % over C alone', () => {
    const paths = [
      { ppm: 700_000, legs: LEGS },
      { ppm: 300_000, legs: [{ operator: C, distanceM: 7_777 }] },
    ]
    expect(shares(500, { by: 'paths', paths })).toEqual([
      [A, 140],
      [B, 210],
      [C, 150],
    ])
  })
})

describe('rules that make no sense', () => {
  it.each<[string, ApportionBy, readonly Leg[], string]>([
    ['no leg', { by: 'legs' }, [], 'apportion.no-share'],
    ['no metre', { by: 'distance' }, [{ operator: A, distanceM: 0 }], 'apportion.no-share'],
    [
      'a negative metre',
      { by: 'distance' },
      [{ operator: A, distanceM: -1 }],
      'apportion.bad-rule',
    ],
    [
      'parts short of a million',
      { by: 'agreed', ppm: { [A]: 999_999 } },
      LEGS,
      'apportion.bad-rule',
    ],
    ['a part of a part', { by: 'agreed', ppm: { [A]: 0.5 } }, LEGS, 'apportion.bad-rule'],
    [
      'a path without length',
      { by: 'paths', paths: [{ ppm: 1_000_000, legs: [] }] },
      LEGS,
      'apportion.bad-rule',
    ],
  ])('%s', (_, rule, legs, code) => {
    expect(() => shares(500, rule, legs)).toThrow(expect.objectContaining({ code }))
  })
})

const anyLegs = fc.array(
  fc.record({
    operator: fc.constantFrom(A, B, C),
    distanceM: fc.integer({ min: 1, max: 100_000 }),
  }),
  { minLength: 1, maxLength: 12 },
)

it('gives every fen to somebody, and nobody a fen more or less than its share', () => {
  const anyRule = fc.oneof(
    fc.constant<ApportionBy>({ by: 'legs' }),
    fc.constant<ApportionBy>({ by: 'distance' }),
    fc.tuple(anyLegs, anyLegs, fc.integer({ min: 0, max: 1_000_000 })).map(
      ([one, other, ppm]): ApportionBy => ({
        by: 'paths',
        paths: [
          { ppm, legs: one },
          { ppm: 1_000_000 - ppm, legs: other },
        ],
      }),
    ),
  )
  fc.assert(
    fc.property(fc.nat(1_000_000), anyRule, anyLegs, (amountFen, rule, legs) => {
      const parts = apportion(amountFen, { rule, legs })
      expect(parts.reduce((sum, part) => sum + part.amountFen, 0)).toBe(amountFen)
      expect(parts.every((part) => part.amountFen >= 0)).toBe(true)
      // The order of legs does not matter.
      expect(apportion(amountFen, { rule, legs: legs.toReversed() })).toEqual(parts)
    }),
  )
})

it('splits any amount exactly, within a unit, and the opposite amount oppositely', () => {
  const weights = fc
    .array(fc.bigInt({ min: 0n, max: 10n ** 30n }), { minLength: 1, maxLength: 9 })
    .filter((all) => all.some((weight) => weight > 0n))
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n }), weights, (amount, all) => {
      const parts = largestRemainder(amount, all)
      const total = all.reduce((sum, weight) => sum + weight, 0n)
      expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(amount)
      parts.forEach((part, index) => {
        const off = part * total - amount * (all[index] ?? 0n)
        expect(off < total && -off < total).toBe(true)
      })
      expect(largestRemainder(-amount, all)).toEqual(parts.map((part) => -part))
    }),
  )
  expect(() => largestRemainder(1n, [0n])).toThrow(TypeError)
})
