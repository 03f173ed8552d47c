import { describe, expect, test, vi } from 'vitest'
import { national } from './national.ts'

describe('unifare national', () => {
  test('clears a hundredth of a country’s day twice to one root, with exactly the faults put in', async () => {
    const lines: string[] = []
    const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      lines.push(String(text))
      return true
    })
    const told = vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
    try {
      const exit = await national({ taps: 300_000, codes: 1, seed: 'test', json: true })
      expect(exit).toBe(0)
    } finally {
      out.mockRestore()
      told.mockRestore()
    }
    const report: unknown = JSON.parse(lines.join(''))
    expect(report).toMatchObject({ taps: 300_000, cities: 245, exact: true, again: true })
  }, 240_000)
})
