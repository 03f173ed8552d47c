import { faultsOf } from '@unifare/twin'
import { describe, expect, test } from 'vitest'
import { benchClearing, describeClearing } from './index.ts'

describe('bench clearing', () => {
  test('runs at 2,000 taps beside PostgreSQL and finds exactly the faults that were put in', async () => {
    const report = await benchClearing({ taps: 2_000, cards: 10_000 })
    expect(report.faults.exact).toBe(true)
    expect(report.faults.injected).toMatchObject({ 'card.bad-tac': 2, 'tap.conflict': 2 })
    expect(report).toMatchObject({ taps: 2_000, charges: 2_004, sql: { taps: 2_000 } })
    expect(report.codes).toMatchObject({ codes: 200, taps: 1_000, exact: true })
    for (const ratio of [report.ratioSql, report.ratioSingle, report.ratioIntake]) {
      expect(ratio).toBeGreaterThan(0)
    }
    expect(report.sql.engine).toMatch(/^PostgreSQL \d+/)
    expect(describeClearing(report).join('\n')).toContain('found exactly these')
  })

  test('a fault that clearing misses or invents makes the report say so', () => {
    const expected = [{ operator: '30000001', number: 1, verdict: 'tap.missing' as const }]
    const found = { verdicts: { normal: 9, 'tap.missing': 1 }, charges: 10 }
    expect(faultsOf(expected, found).exact).toBe(true)
    for (const verdicts of [
      { normal: 10 },
      { normal: 8, 'tap.missing': 2 },
      { normal: 9, 'tap.charged': 1 },
    ]) {
      expect(faultsOf(expected, { ...found, verdicts }).exact).toBe(false)
    }
  })

  test('too few taps are refused', async () => {
    await expect(benchClearing({ taps: 99 })).rejects.toMatchObject({ code: 'bench.too-few' })
  })
})
