import { describe, expect, test } from 'vitest'
import type { Tariff } from '../tariff.ts'
import { tariff, told } from './lint.fixture.ts'
import { lintVersions } from './versions.ts'

describe('versions of one tariff', () => {
  const version = (number: number, validFrom: string, validTo: string | null) =>
    tariff({ version: number, validFrom, validTo })
  test.each([
    [
      'follow each other',
      [version(1, '2025-01-01', '2026-01-01'), version(2, '2026-01-01', null)],
      [],
    ],
    [
      'overlap',
      [version(1, '2025-01-01', null), version(2, '2026-01-01', null)],
      [['validity.overlap', '[1].validFrom']],
    ],
    [
      'leave days out',
      [version(2, '2026-02-01', null), version(1, '2025-01-01', '2026-01-01')],
      [['validity.gap', '[0].validFrom']],
    ],
    [
      'run backwards',
      [version(1, '2026-01-01', null), version(2, '2025-01-01', '2026-01-01')],
      [['validity.order', '[1].validFrom']],
    ],
    [
      'are there twice',
      [version(1, '2026-01-01', null), version(1, '2026-01-01', null)],
      [['version.duplicate', '[1].version']],
    ],
  ] as [string, Tariff[], string[][]][])('%s', (_, versions, expected) => {
    expect(told(lintVersions(versions))).toEqual(expected)
  })

  test('two tariffs of an operator for one mode', () => {
    const other = { ...version(1, '2026-01-01', null), id: 'other' }
    expect(told(lintVersions([version(1, '2026-01-01', null), other]))).toEqual([
      ['operator.ambiguous', '[1].operator'],
    ])
  })
})
