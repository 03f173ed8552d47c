import { describe, expect, test } from 'vitest'
import { benchGate, describeGate } from './index.ts'

describe('bench gate', () => {
  test('lets every rider through and reports both media, at tiny counts', async () => {
    const lines: string[] = []
    const report = await benchGate({ riders: 4, rounds: 2, tell: (line) => lines.push(line) })
    expect(report).toMatchObject({ subject: 'gate', riders: 4, rounds: 2 })
    expect(report.ratioCodeToCard).toBeGreaterThan(0)
    expect(report.code.ridersPerMinute).toBeGreaterThan(0)
    expect(report.card.p99Ms).toBeGreaterThanOrEqual(report.card.medianMs)
    expect(describeGate(report).join('\n')).toContain('riders a minute')
    expect(lines).toHaveLength(3)
  })
})
