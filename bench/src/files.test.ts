import { expect, test } from 'vitest'
import { benchFiles, describeFiles } from './files-bench.ts'

test('every way finds all lines, and the report names its ratios', () => {
  const report = benchFiles({ lines: 200, tell: () => undefined })
  expect(report.lines).toBe(200)
  expect(report.bytes).toBe(4 + 51 + 200 * 497)
  for (const speed of Object.values(report.linesPerSecond)) expect(speed).toBeGreaterThan(0)
  expect(report.ratioSplit).toBeLessThan(report.ratioSlices)
  expect(describeFiles(report).join('\n')).toContain('200 lines of an upload file, 497 bytes each')
})
