import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shareFen } from './rounding.ts'

describe('a share of an amount', () => {
  it.each([
    ['half-up', 1, 500_000, 2],
    ['down', 1, 500_000, 1],
    ['up', 1, 500_000, 2],
    ['half-up', 10, 1_000_000, 0],
    ['up', 10, 1_000_000, 10],
  ] as const)('of 3 fen, %s to %i fen at %i ppm, is %i', (direction, unitFen, ppm, fen) => {
    expect(shareFen(3, ppm, { direction, unitFen })).toBe(fen)
  })

  it('is exact for every safe amount, as fractions are', () => {
    const anyAmount = fc.oneof(fc.nat(100_000), fc.nat(Number.MAX_SAFE_INTEGER))
    fc.assert(
      fc.property(
        anyAmount,
        fc.nat(1_000_000),
        fc.constantFrom(1, 10, 100),
        fc.constantFrom('half-up', 'down', 'up'),
        (amountFen, ppm, unitFen, direction) => {
          const share = BigInt(shareFen(amountFen, ppm, { unitFen, direction: direction as 'up' }))
          const exact = BigInt(amountFen) * BigInt(ppm)
          const unit = BigInt(unitFen) * 1_000_000n
          const above = share * 1_000_000n - exact
          expect(share % BigInt(unitFen)).toBe(0n)
          const [least, most] = {
            'half-up': [-(unit - 1n) / 2n, unit / 2n],
            down: [1n - unit, 0n],
            up: [0n, unit - 1n],
          }[direction as 'up']
          expect(above >= least! && above <= most!).toBe(true)
        },
      ),
    )
  })
})
