import { describe, expect, test } from 'vitest'
import { FAULTS, loadDay, makeClearingDay } from './clearing-day.ts'
import { faultsOf } from './clearing-rounds.ts'
import { clearingRound } from './clearing-stages.ts'
import { benchClearing, describeClearing } from './index.ts'

describe('bench clearing', () => {
  test('runs at 2,000 taps beside PostgreSQL and finds exactly the faults that were put in', async () => {
    const report = await benchClearing({ taps: 2_000 })
    const each = Object.fromEntries(FAULTS.map((code) => [code, 2]))
    expect(report.faults).toEqual({ injected: each, found: each, exact: true })
    // Replays and second charges come on top of one charge a tap.
    expect(report).toMatchObject({ taps: 2_000, charges: 2_004, sql: { taps: 2_000 } })
    expect(report.ratioSql).toBeGreaterThan(0)
    expect(report.sql.engine).toMatch(/^PostgreSQL \d+/)
    expect(Object.values(report.clearing.split).every((us) => us > 0)).toBe(true)
    expect(describeClearing(report).join('\n')).toContain('found exactly these')
  })

  test('a fault that clearing misses or invents makes the report say so', async () => {
    const day = await makeClearingDay(200, 'bench')
    const { cleared } = await clearingRound(await loadDay(day), day)
    expect(faultsOf(day, cleared).exact).toBe(true)
    const [first, ...rest] = cleared.charges
    if (first === undefined) throw new TypeError('a day without charges')
    for (const changed of [[{ ...first, verdict: 'normal' as const }, ...rest], rest]) {
      expect(faultsOf(day, { ...cleared, charges: changed }).exact).toBe(false)
    }
  })

  test('a round leaves nothing behind: the next one gives the same root', async () => {
    const day = await makeClearingDay(200, 'bench')
    const repository = await loadDay(day)
    const rounds = [await clearingRound(repository, day), await clearingRound(repository, day)]
    expect(new Set(rounds.map(({ cleared }) => cleared.root)).size).toBe(1)
  })

  test('a seed makes the same day again, another seed another one', async () => {
    const roots = []
    for (const seed of ['a', 'a', 'b']) {
      const day = await makeClearingDay(100, seed)
      roots.push((await clearingRound(await loadDay(day), day)).cleared.root)
    }
    expect(roots[0]).toBe(roots[1])
    expect(roots[2]).not.toBe(roots[0])
  })

  test('too few taps are refused', async () => {
    await expect(makeClearingDay(99, 'bench')).rejects.toMatchObject({ code: 'bench.too-few' })
  })
})
