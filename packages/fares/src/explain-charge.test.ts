import { describe, expect, test } from 'vitest'
import { tariffs } from './catalogue.ts'
import { explainCharge } from './explain-charge.ts'
import { cardOf, priceOver, tariffNamed } from './fares.fixture.ts'

const shenzhen = tariffNamed('shenzhen-metro')

function chargeOf(metres: number, version = 1) {
  const priced = priceOver('shenzhen-metro', metres, cardOf('440300'))
  if (!priced.ok) throw new Error(priced.code)
  const parts = priced.parts.map(({ rule, amountFen }) => ({ rule, amountFen }))
  return { tariff: 'shenzhen-metro', tariffVersion: version, amountFen: priced.amountFen, parts }
}

describe('a charge explained', () => {
  test('every fen names its rule, version and source; what did not apply stands behind', () => {
    const { tariff, parts, lines, others } = explainCharge(chargeOf(5_000), [shenzhen])
    expect(tariff).toEqual({ id: 'shenzhen-metro', version: 1 })
    expect(parts.map(({ rule, amountFen }) => [rule, amountFen])).toEqual([
      ['ladder', 300],
      ['card-local', -15],
    ])
    expect(parts.every(({ source }) => source?.mark === 'confirmed')).toBe(true)
    expect(lines.zh.slice(0, 3)).toEqual([
      expect.stringMatching(/^里程分段票价 \+3\.00 元（Shenzhen metro.*已核对）$/),
      expect.stringMatching(/^深圳发行的卡 9\.5 折 -0\.15 元/),
      '合计 2.85 元（票价 shenzhen-metro 第 1 版）',
    ])
    expect(lines.en).toContain('did not apply: student 50%')
    expect(others.map(({ id }) => id)).toContain('transfer')
  })

  test('tells the billed distance, where one is known', () => {
    const [zh, en] = (['zh', 'en'] as const).map(
      (lang) => explainCharge({ ...chargeOf(5_000), distanceM: 5_000 }, [shenzhen]).lines[lang][0],
    )
    expect([zh, en]).toEqual(['计费里程 5.000 公里', 'billed distance 5.000 km'])
    const unknown = { ...chargeOf(5_000), distanceM: 0 }
    expect(explainCharge(unknown, [shenzhen]).lines).toEqual(
      explainCharge(chargeOf(5_000), [shenzhen]).lines,
    )
  })

  test('another version, or a rule that no tariff has, is told as it stands', () => {
    expect(explainCharge(chargeOf(5_000, 2), [shenzhen])).toMatchObject({
      tariff: null,
      others: [],
      parts: [{ policy: null }, { policy: null }],
    })
    const repair = { ...chargeOf(5_000), parts: [{ rule: 'repair.marked', amountFen: 285 }] }
    expect(explainCharge(repair, [shenzhen]).lines.en[0]).toBe('repair.marked +2.85 yuan')
  })

  test('joined legs, incomplete and corrected rides: no part is without its words', () => {
    for (const tariff of tariffs()) {
      const { incomplete = [], transfers = [] } = tariff
      const joins = transfers.filter(({ effect }) => effect.kind === 'join')
      const parts = [...incomplete, ...joins].map(({ id }) => ({ rule: id, amountFen: 0 }))
      const own = [...parts, { rule: 'incomplete.maximum', amountFen: 100 }]
      const { id, version } = tariff
      const charge = { tariff: id, tariffVersion: version, amountFen: 100, parts: own }
      const { lines, parts: told } = explainCharge(charge, tariffs())
      expect(told.slice(0, -1).every(({ policy, source }) => policy && source)).toBe(true)
      expect(lines.zh[parts.length]).toMatch(/^行程不完整：.* \+1\.00 元/)
    }
  })

  test('what its operator adds of its own has words, too', () => {
    const { parts, ...charge } = chargeOf(5_000)
    const stated = { ...charge, parts: [...parts, { rule: 'statement.station', amountFen: 0 }] }
    const { lines } = explainCharge(stated, [shenzhen])
    expect(lines.zh[2]).toBe('乘客补登车站：按所报车站计价 0.00 元')
    expect(lines.en[2]).toBe('the rider stated the station: priced from or to it 0.00 yuan')
  })
})
