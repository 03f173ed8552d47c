import { tariffNamed } from '../fares.fixture.ts'
import { parseTariff } from '../parse-tariff.ts'
import type { Tariff, When } from '../tariff.ts'
import type { Finding } from './finding.ts'
import { lintTariff } from './lint.ts'

export const POLICY = { textZh: '测试', textEn: 'test', source: 0 }
export const flat = (id: string, amountFen: number, when: When = {}) => ({
  ...POLICY,
  id,
  when,
  base: { kind: 'flat' as const, amountFen },
})
export const percent = (id: string, payPpm: number, when: When = {}) => ({
  ...POLICY,
  id,
  when,
  effect: { kind: 'percent' as const, payPpm },
})

/** A flat bus fare with what a test adds; parsed, so that lint sees nothing that a file cannot say. */
export function tariff(part: Partial<Tariff> = {}): Tariff {
  const { maximum, entry, incomplete: _, ...base } = tariffNamed('beijing-bus')
  return parseTariff({
    ...base,
    id: 'test',
    sources: [{ text: 'a test', date: '2026', mark: 'ours' }],
    rules: [flat('flat', 200)],
    discounts: [],
    maximum: { ...maximum, source: 0 },
    entry: { ...entry, source: 0 },
    ...part,
  })
}
export const told = (findings: readonly Finding[]) => findings.map(({ rule, path }) => [rule, path])
export const lint = (part: Partial<Tariff>) => told(lintTariff(tariff(part)))
