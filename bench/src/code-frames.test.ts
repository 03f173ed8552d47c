import { expect, it } from 'vitest'
import { benchFrames, describeFrames } from './index.ts'

it('bench frames tells for every flaw and level how many pictures were read, none wrongly', async () => {
  const flaws: string[] = []
  const report = await benchFrames({ pictures: 1, tell: (line) => flaws.push(line) })
  expect(flaws).toHaveLength(6)
  expect(report.rates).toHaveLength(6 * 4)
  for (const { flaw, read, wrong, medianMs } of report.rates) {
    expect(wrong).toBe(0)
    expect(medianMs).toBeGreaterThan(0)
    if (flaw === 'none') expect(read).toBe(1)
  }
  const lines = describeFrames(report)
  expect(lines[2]).toMatch(/^none( +100 %){4}$/)
  expect(lines.at(-1)).toBe('read wrongly: 0')
})
