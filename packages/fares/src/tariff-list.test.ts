import { describe, expect, it } from 'vitest'
import { twoStations } from './fares.fixture.ts'
import { openTariffList, readTariffList, tariffInForce, tariffsOfOperator } from './index.ts'

const AT = Date.parse('2026-11-20T04:00:00Z')
const [bus] = tariffsOfOperator('15215211')

describe('a list of tariffs', () => {
  it.each([
    ['nothing', null],
    ['no lists', {}],
    ['tariffs alone', { tariffs: [bus] }],
  ])('is refused without its two parts: %s', (_, content) => {
    expect(() => openTariffList(content)).toThrow(
      expect.objectContaining({ code: 'fares.bad-list' }),
    )
  })

  it('holds no fares of another operator than who signed it', () => {
    const content = { tariffs: [bus], networks: [] }
    expect(readTariffList(content, '15215211').tariffs).toEqual([bus])
    expect(() => openTariffList(content, '15215212')).toThrow(
      expect.objectContaining({ code: 'fares.wrong-publisher' }),
    )
    const network = { ...twoStations('n', 900), operator: '15215212' }
    expect(() => readTariffList({ tariffs: [bus], networks: [network] }, '15215211')).toThrow(
      expect.objectContaining({ code: 'fares.wrong-publisher' }),
    )
    // A city's published tariff without an operator may be listed by whoever uses it.
    const published = { ...bus, operator: null }
    expect(openTariffList({ tariffs: [published], networks: [] }, '15215212')).toHaveLength(1)
  })

  it('gives the highest version that holds for a mode on the day', () => {
    const newer = { ...bus, version: 2, validFrom: '2026-06-01' }
    const coming = { ...bus, version: 3, validFrom: '2027-01-01' }
    const list = openTariffList({ tariffs: [bus, newer, coming], networks: [] })
    expect(tariffInForce(list, 'bus', AT)?.tariff.version).toBe(2)
    expect(tariffInForce(list, 'metro', AT)).toBeUndefined()
    expect(tariffInForce(list, 'bus', Date.parse('2025-12-31T04:00:00Z'))).toBeUndefined()
  })
})
