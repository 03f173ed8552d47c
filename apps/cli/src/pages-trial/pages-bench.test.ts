import { describe, expect, it } from 'vitest'
import { benchPages, describePages } from './pages-bench.ts'

describe('bench pages', () => {
  it('measures both pages as people use them, at tiny counts', async () => {
    const report = await benchPages({ openings: 1, rides: 2 })
    expect(report).toMatchObject({ subject: 'pages', touches: 1, openings: 1, rides: 2 })
    const { decode, decide, sync, show } = report.partsMs
    for (const ms of [decode, decide, sync, show]) expect(ms).toBeGreaterThanOrEqual(0)
    expect(report.frameToGo.medianMs).toBeGreaterThan(0)
    expect(describePages(report)).toHaveLength(6)
  }, 120_000)
})
