import { price } from '@unifare/fares'
import { describe, expect, test } from 'vitest'
import { requireSamePrices } from './fares-check.ts'
import { makeFareWork } from './fares-work.ts'
import { benchFares, describeFares } from './index.ts'

describe('bench fares', () => {
  test('reports rates, the month, the matrix and memory, at tiny counts', async () => {
    const lines: string[] = []
    const report = await benchFares({
      journeys: 400,
      lines: 4,
      riders: 2,
      stations: 8,
      classes: 3,
      rounds: 1,
      tell: (line) => lines.push(line),
    })
    expect(report).toMatchObject({
      subject: 'fares',
      journeys: 400,
      same: 400,
      stations: 16,
      rerateRides: 60,
      matrix: { stations: 8, classes: 3, rows: 64, same: 192 },
    })
    expect(report.pricedPerSecond).toBeGreaterThan(0)
    expect(Object.keys(report.matrix.readMs)).toEqual(['ours', 'csv-parse', 'papaparse'])
    expect(report.matrix.fastestOfNpm).toMatch(/^(csv-parse|papaparse)$/)
    expect(describeFares(report).join('\n')).toContain('16 stations')
    expect(lines.length).toBeGreaterThan(2)
  })
})

describe('what is measured is what it is called', () => {
  const work = makeFareWork({ seed: 'test', lines: 16, rides: 2_000 })

  test('every step of the ladder, every policy and every medium is ridden', () => {
    const priced = work.rides.map((ride) => price(work.compiled, ride))
    const rules = new Set(
      priced.flatMap((one) => (one.ok ? one.parts.map(({ rule }) => rule) : [])),
    )
    expect(rules).toEqual(
      new Set(['ladder', 'same-station', 'child', 'early-bird', 'month', 'overtime']),
    )
    const bases = priced.flatMap((one) => (one.ok ? (one.parts[0]?.amountFen ?? 0) : []))
    expect(new Set(bases)).toEqual(new Set([300, 400, 500, 600, 700]))
  })

  test('the second way finds a price that is wrong by a fen', () => {
    const { compiled } = work
    const [rule] = compiled.rules
    if (rule === undefined) throw new Error('no rule')
    const fareOf: typeof rule.base.fareOf = (ride) => {
      const fare = rule.base.fareOf(ride)
      return typeof fare === 'string' ? fare : { ...fare, amountFen: fare.amountFen + 1 }
    }
    const wrong = { ...compiled, rules: [{ ...rule, base: { ...rule.base, fareOf } }] }
    expect(() => requireSamePrices({ ...work, compiled: wrong })).toThrow('plainly')
    expect(requireSamePrices(work)).toBe(2_000)
  })
})
