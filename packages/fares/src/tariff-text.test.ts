import { UnifareError } from '@unifare/core'
import { describe, expect, test } from 'vitest'
import beijing from '../data/beijing.json' with { type: 'json' }
import { type PlacedFault, parseTariffText } from './tariff-text.ts'

const text = JSON.stringify(beijing, null, 2)
const faults = (changed: string) => {
  try {
    parseTariffText(changed)
  } catch (error) {
    if (error instanceof UnifareError) return error.details['faults'] as PlacedFault[]
    throw error
  }
  return []
}
const lineOf = (changed: string, part: string) =>
  changed.slice(0, changed.indexOf(part)).split('\n').length

describe('tariff files', () => {
  test('aliases of aliases are a fault before they fill the memory', () => {
    const bomb = ['a: &a [1,1,1,1,1,1,1,1,1,1]']
    for (const pair of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh']) {
      const all = Array.from({ length: 10 }, () => `*${pair.charAt(0)}`)
      bomb.push(`${pair.charAt(1)}: &${pair.charAt(1)} [${all.join()}]`)
    }
    expect(faults(bomb.join('\n'))).toMatchObject([{ rule: 'syntax.alias', line: 1 }])
  })

  test('a list of no tariff is a fault', () => {
    expect(faults('[]')).toMatchObject([{ rule: 'list.empty', line: 1, column: 1 }])
  })

  test('JSON and YAML read alike', () => {
    const yaml = `
- format: unifare.tariff/1
  # what a person wrote
  id: demo
  version: 1
  nameZh: 演示
  nameEn: Demo
  validFrom: 2026-01-01
  validTo: null
  zone: Asia/Shanghai
  currency: CNY
  operator: null
  city: "110000"
  modes: [bus]
  network: null
  rounding: { unitFen: 1, direction: half-up }
  sources: [{ text: ours, date: "2026", mark: ours }]
  rules:
    - { id: flat, when: {}, base: { kind: flat, amountFen: 200 }, source: 0, textZh: 一, textEn: one }
  sameStation: null
  stacking: first-match
  discounts: []
  accumulation: []
  timeLimits: []
  maximum: { id: max, kind: fixed, amountFen: 200, source: 0, textZh: 最高, textEn: most }
  entry: { id: entry, kind: lowest-fare, source: 0, textZh: 进站, textEn: entry }
`
    expect(parseTariffText(yaml)).toMatchObject([{ id: 'demo', validFrom: '2026-01-01' }])
    expect(parseTariffText(text).length).toBe(beijing.length)
  })

  test('every fault has line and column, of all tariffs in the file', () => {
    const changed = text
      .replace('"amountFen": 200', '"amountFen": 2.5')
      .replace('"stacking": "first-match"', '"stacking": "best"')
    const found = faults(changed)
    expect(found.map(({ line, rule }) => [line, rule])).toEqual([
      [lineOf(changed, '2.5'), 'type'],
      [lineOf(changed, '"best"'), 'type'],
    ])
    expect(found.every(({ column }) => column > 1)).toBe(true)
  })

  test('a missing field is told at its object, a key that comes twice at its place', () => {
    const missing = text.replace(/\s*"zone": "Asia\/Shanghai",/, '')
    expect(faults(missing)).toMatchObject([{ rule: 'missing', line: 2 }])
    const twice = text.replace('"version": 1,', '"version": 1, "version": 2,')
    expect(faults(twice)).toMatchObject([{ rule: 'syntax.duplicate-key' }])
  })

  test('text that is no file at all', () => {
    expect(faults('{"a": ').length).toBeGreaterThan(0)
    expect(faults('').length).toBeGreaterThan(0)
  })
})
