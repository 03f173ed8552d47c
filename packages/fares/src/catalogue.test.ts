import { instantFromDigits } from '@unifare/core'
import { describe, expect, it } from 'vitest'
import { inForce, tariffOf, tariffs, tariffsOfOperator } from './catalogue.ts'
import { compileTariff, entryMinimum, maximumFare } from './compile.ts'
import { explain } from './explain.ts'
import { networkFor, rideOn } from './fares.fixture.ts'
import { price } from './price.ts'
import type { FareMode } from './words.ts'

/** Operators of the demonstration network with their modes. */
const OPERATORS: readonly (readonly [string, FareMode, string])[] = [
  ['11011001', 'bus', '110000'],
  ['11011002', 'metro', '110000'],
  ['12002901', 'bus', '310000'],
  ['12002902', 'metro', '310000'],
  ['12002903', 'ferry', '310000'],
  ['12205811', 'bus', '440100'],
  ['12205812', 'metro', '440100'],
  ['12205881', 'bus', '440600'],
  ['12215841', 'bus', '440300'],
  ['12215842', 'metro', '440300'],
  ['15215211', 'bus', '420100'],
  ['15215212', 'metro', '420100'],
  ['15215213', 'light-rail', '420100'],
  ['17917911', 'bus', '610100'],
  ['17917912', 'metro', '610100'],
  ['16906901', 'bus', '500000'],
  ['16906903', 'light-rail', '500000'],
  ['13303316', 'bicycle', '330100'],
  ['13013014', 'taxi', '320100'],
]

describe('the catalogue', () => {
  it.each(OPERATORS)('%s has a tariff for %s in %s that prices a ride', (operator, mode, city) => {
    const tariff = tariffOf(operator, mode, '2026-11-21')!
    expect(tariff.city).toBe(city)
    expect(tariffsOfOperator(operator)).toEqual([tariff])
    const compiled = compileTariff(tariff, tariff.network === null ? undefined : networkFor(tariff))
    const points = { entry: { station: 1, at: 0 }, exit: { station: 2, at: 60_000 } }
    const told = tariff.network === null ? { distanceM: 5_000, durationS: 4_000 } : points
    const priced = price(compiled, rideOn(tariff, told))
    expect(priced.ok && priced.amountFen > 0).toBe(true)
    expect(priced.ok && priced.amountFen <= maximumFare(compiled)).toBe(true)
    expect(entryMinimum(compiled)).toBeLessThanOrEqual(maximumFare(compiled))
  })

  it('names every tariff once', () => {
    const ids = tariffs().map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBe(28)
  })

  it('has ten cities with a published rail ladder', () => {
    const ladders = tariffs().filter(
      ({ network, sources }) => network !== null && sources[0]?.mark !== 'ours',
    )
    expect(new Set(ladders.map(({ city }) => city)).size).toBe(10)
  })

  it('holds from its first day in Shanghai and not before', () => {
    expect(tariffOf('11011002', 'metro', '2025-12-31')).toBeUndefined()
    expect(tariffOf('11011002', 'bus', '2026-11-21')).toBeUndefined()
    expect(tariffOf('99999999', 'metro', '2026-11-21')).toBeUndefined()
    const tariff = tariffOf('11011002', 'metro', '2026-01-01')!
    expect(inForce(tariff, instantFromDigits('20260101000000'))).toBe(true)
    expect(inForce(tariff, instantFromDigits('20260101000000') - 1)).toBe(false)
    const ended = { ...tariff, validTo: '2026-02-01' }
    expect(inForce(ended, instantFromDigits('20260201000000') - 1)).toBe(true)
    expect(inForce(ended, instantFromDigits('20260201000000'))).toBe(false)
  })
})

describe('explanations', () => {
  it('name every step, its amount and its source in both languages', () => {
    const tariff = tariffOf('12215841', 'bus', '2026-11-21')!
    const card = {
      medium: 'card',
      issuer: { institution: '02215840', division: '440300' },
    } as const
    const priced = price(compileTariff(tariff), rideOn(tariff, card))
    expect(explain(priced).zh).toEqual([
      '一票制 +2.00 元',
      '深圳发行的卡 8 折 -0.40 元',
      '合计 1.60 元（票价 shenzhen-bus 第 1 版）',
    ])
    expect(explain(priced).en).toEqual([
      'flat fare +2.00 yuan',
      'card issued in Shenzhen 80% -0.40 yuan',
      'total 1.60 yuan (tariff shenzhen-bus version 1)',
    ])
    expect(explain(priced, tariff).en[0]).toMatch(/^flat fare \+2\.00 yuan \(.*set by Unifare\)$/)
    expect(explain(priced, tariff).zh[1]).toContain('已核对')
  })

  it('tell what was measured, and why there is no price', () => {
    const bicycle = tariffOf('13303316', 'bicycle', '2026-11-21')!
    const compiled = compileTariff(bicycle)
    const priced = price(compiled, rideOn(bicycle, { durationS: 3_661 }))
    expect(explain(priced).en[0]).toBe('billed time 61:01 min')
    const taxi = tariffOf('13013014', 'taxi', '2026-11-21')!
    const ridden = price(compileTariff(taxi), rideOn(taxi, { distanceM: 4_050 }))
    expect(explain(ridden).zh[0]).toBe('计费里程 4.050 公里')
    expect(explain(price(compiled, rideOn(bicycle)))).toEqual({
      zh: ['无法计价：缺少使用时长'],
      en: ['no price: the time used is missing'],
    })
  })
})
