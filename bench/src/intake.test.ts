import { expect, test } from 'vitest'
import { measureIntake } from './intake-rounds.ts'
import { measureMarks } from './marks-rounds.ts'

test('raw intake is measured beside a file: every message kept and answered, syncs shared', async () => {
  const report = await measureIntake({ batches: 41, rounds: 1, connections: 4 })
  expect(report).toMatchObject({
    batches: 41,
    recordsPerBatch: 1_000,
    batchesPerMessage: 5,
    connections: 4,
  })
  expect(report.ratioIntake).toBeGreaterThan(0)
  expect(report.recordsPerSecond).toBeGreaterThan(0)
  expect(report.syncsPerBatch).toBeLessThan(1)
})

test('the marks of cards are measured, and tell repetitions from new rides', () => {
  const report = measureMarks({ cards: 50_000, terminals: 1_000 })
  expect(report).toMatchObject({ cards: 50_000, terminals: 1_000, exact: true })
  expect(report.bytesPerCard).toBeLessThan(60)
  expect(report.checkNs).toBeGreaterThan(0)
})
