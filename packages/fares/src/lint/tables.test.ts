import { describe, expect, test } from 'vitest'
import { twoStations } from '../fares.fixture.ts'
import type { FareTable, When } from '../tariff.ts'
import { flat, lint, percent, tariff, told } from './lint.fixture.ts'
import { lintTariff } from './lint.ts'
import { lintTables } from './tables.ts'

describe('tables', () => {
  const line = { id: 1, nameZh: '一', nameEn: 'One', loop: false }
  const network = {
    ...twoStations('n', 1_000),
    generated: false,
    lines: [{ ...line, stations: [1, 2, 3], metres: [900, 900] }],
    stations: [1, 2, 3].map((id) => ({ id, nameZh: `站${id}`, nameEn: `S${id}` })),
  }
  const withTable = (amountsFen: readonly number[]) =>
    tariff({
      network: 'n',
      rules: [{ ...flat('table', 0), base: { kind: 'table', table: 't' } }],
      tables: [{ id: 't', places: [[1], [2], [3]], symmetric: false, amountsFen }],
    })

  test('a row that somebody added stands out', () => {
    const amounts = [200, 300, 400, 300, 200, 300, 400, 300, 100_000]
    expect(told(lintTariff(withTable(amounts), network))).toContainEqual([
      'table.outlier',
      'tables[0].amountsFen[8]',
    ])
  })

  test('a station that is dear from everywhere, as at a border, does not', () => {
    const dear = Array.from({ length: 11 }, (_, at) => [`${at + 1} 12`, `12 ${at + 1}`])
    const border = matrix(12, Object.fromEntries(dear.flat().map((pair) => [pair, 5_000])))
    expect(lintTables([border])).toEqual([])
    const slip = { ...border, amountsFen: border.amountsFen.with(1, 60_000) }
    expect(told(lintTables([slip]))).toContainEqual(['table.outlier', 'tables[0].amountsFen[1]'])
  })

  test('farther along the line costs no less', () => {
    const amounts = [200, 300, 250, 300, 200, 300, 400, 300, 200]
    expect(told(lintTariff(withTable(amounts), network))).toEqual([
      ['table.not-monotone', 'tables[0].amountsFen[2]'],
    ])
  })

  /** A matrix of stations 1 to `size`; every pair costs 300 but for those that are told. */
  const matrix = (size: number, told: Readonly<Record<string, number>> = {}): FareTable => ({
    id: 't',
    places: Array.from({ length: size }, (_, at) => [at + 1]),
    symmetric: false,
    amountsFen: Array.from({ length: size * size }, (_, at) => {
      const [from, to] = [Math.floor(at / size) + 1, (at % size) + 1]
      return from === to ? 0 : (told[`${from} ${to}`] ?? 300)
    }),
  })

  test('one direction of one pair among many is a slip; ways that are priced apart are none', () => {
    const slip = matrix(10, { '2 5': 350 })
    expect(told(lintTables([slip]))).toEqual([['table.one-way', 'tables[0].amountsFen[14]']])
    expect(lintTables([slip])[0]?.textEn).toContain('1 / 45, 350 ≠ 300')
    const apart = matrix(10, Object.fromEntries([2, 3, 4].map((to) => [`1 ${to}`, 350])))
    expect(lintTables([apart])).toEqual([])
  })

  test('a way that is dearer than its two pieces is told with the pieces, the worst of all', () => {
    const dear = matrix(4, { '1 3': 700, '3 1': 700, '2 4': 610, '4 2': 610 })
    const [split] = lintTables([dear])
    expect(split).toMatchObject({ rule: 'table.split-cheaper', path: 'tables[0].amountsFen[2]' })
    expect(split?.textEn).toContain('4 pairs; most 1 → 2 → 3, 600 < 700')
    expect(lintTables([matrix(4, { '1 3': 600, '3 1': 600 })])).toEqual([])
  })

  test('students who pay more than everybody for one pair', () => {
    const rule = (id: string, when: When) => ({
      ...flat(id, 0, when),
      base: { kind: 'table' as const, table: id },
    })
    const rules = [rule('student', { riderClasses: ['student'] }), rule('adult', {})]
    const tables = [
      { ...matrix(3, { '1 2': 400, '2 1': 400 }), id: 'student' },
      { ...matrix(3), id: 'adult' },
    ]
    expect(lint({ rules, tables })).toEqual([['table.class-dearer', 'tables[0].amountsFen[1]']])
    const cheaper = tables.map((table) => ({ ...table, amountsFen: matrix(3).amountsFen }))
    expect(lint({ rules, tables: cheaper })).toEqual([])
  })

  test('stations and lines that the network lacks', () => {
    const discounts = [percent('there', 500_000, { entryStations: ['站2', '站9', 3], lines: [8] })]
    const findings = lintTariff({ ...withTable([2, 3, 4, 3, 2, 3, 4, 3, 2]), discounts }, network)
    expect(told(findings)).toEqual(
      expect.arrayContaining([
        ['station.unknown', 'discounts[0].when.entryStations[1]'],
        ['line.unknown', 'discounts[0].when.lines[0]'],
      ]),
    )
  })
})
