import { UnifareError } from '@unifare/core'
import { describe, expect, test } from 'vitest'
import { tariffs } from '../catalogue.ts'
import { farePicture } from '../fare-picture.ts'
import { tariffNamed } from '../fares.fixture.ts'
import type { FareTable, Tariff } from '../tariff.ts'
import { shiftFares } from './shift-fares.ts'

describe('a proposal', () => {
  test('is the next version, every priced step so much higher', () => {
    for (const tariff of tariffs()) {
      const shifted = shiftFares(tariff, 50)
      expect(shifted.version).toBe(tariff.version + 1)
      for (const [at, rule] of tariff.rules.entries()) {
        const before = farePicture(tariff, rule.base)
        const after = farePicture(shifted, shifted.rules[at]?.base ?? rule.base)
        expect(amounts(after)).toEqual(amounts(before).map((fen) => (fen === 0 ? 0 : fen + 50)))
      }
    }
  })

  test('raises tables, too', () => {
    const table: FareTable = { id: 't', places: [[1]], symmetric: true, amountsFen: [200] }
    const [first] = tariffNamed('shanghai-ferry').rules
    const tariff = {
      ...tariffNamed('shanghai-ferry'),
      tables: [table],
      rules: [{ ...first, base: { kind: 'table', table: 't' } }],
    } as Tariff
    expect(shiftFares(tariff, -50).tables?.[0]?.amountsFen).toEqual([150])
  })

  test('below 0 is refused', () => {
    expect(() => shiftFares(tariffNamed('shanghai-bus'), -10_000)).toThrow(UnifareError)
  })
})

function amounts(picture: ReturnType<typeof farePicture>): number[] {
  if (picture.kind === 'flat') return [picture.amountFen]
  return picture.kind === 'steps' ? picture.steps.map(({ amountFen }) => amountFen) : []
}
