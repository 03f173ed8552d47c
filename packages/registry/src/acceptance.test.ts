import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { acceptance } from './acceptance.ts'
import { institutions } from './institutions.ts'
import { MODES } from './modes.ts'
import { registryRecords } from './record.ts'
import { acceptanceFacts, parseAcceptanceFacts } from './relation.ts'

const words = (given: ReturnType<typeof acceptance>) => given.why.map((one) => one.words ?? '')

describe('T-Union cards, by the document', () => {
  it.each([
    ['苏州', 'bus', '广州', 'yes'],
    ['蘇州市', 'bus', '广州市', 'yes'],
    ['320500', 'bus', '440100', 'yes'],
    ['上海', 'ferry', '广州', 'yes'],
    ['上海', 'metro', '广州', 'no'],
    ['温州', 'metro', '广州', 'no'],
    ['珠海', 'bus', '广州', 'partly'],
    ['綦江', 'bus', '广州', 'partly'],
    ['甘孜州', 'bus', '广州', 'partly'],
    ['康定', 'bus', '广州', 'yes'],
    ['黔东南', 'bus', '广州', 'partly'],
    ['镇远县', 'bus', '广州', 'no'],
    ['武汉', 'bus', '广州', 'unknown'],
    ['苏州', 'taxi', '广州', 'unknown'],
    ['杭州', 'bus', '广州', 'unknown'],
    ['苏州', 'bus', '杭州', 'unknown'],
  ] as const)('%s, %s, a card of %s: %s', (city, mode, issuer, answer) => {
    const given = acceptance({ acceptor: { city }, mode, issuer: { city: issuer } })
    expect(given.answer).toBe(answer)
    expect(given.why.length).toBeGreaterThan(0)
  })

  it('answer unknown with the source’s words where it gives a count without names', () => {
    const bus = acceptance({ acceptor: { city: '北京' }, mode: 'bus', issuer: { city: '广州' } })
    expect(bus.answer).toBe('unknown')
    expect(words(bus)).toContain('目前北京公交系统暂支持全国50个城市的交通一卡通刷卡使用')
    const metro = acceptance({
      acceptor: { city: '北京' },
      mode: 'metro',
      issuer: { city: '广州' },
    })
    expect(metro.answer).toBe('unknown')
    expect(words(metro)).toContain('城市轨道交通系统暂支持全国188个城市的交通一卡通刷卡使用')
    const own = acceptance({ acceptor: { city: '北京' }, mode: 'metro', issuer: { city: '北京' } })
    expect(own.answer).toBe('yes')
    const other = acceptance({
      acceptor: { city: '广州' },
      mode: 'metro',
      issuer: { city: '苏州' },
    })
    expect(other.answer).toBe('unknown')
    expect(words(other)).toContain('其中27个城市完成了市区轨道交通线路机具终端改造')
  })

  it('take of one Shanghai card the series TJ01-19 only', () => {
    const ask = (issuer: { card?: string; series?: string }) =>
      acceptance({ acceptor: { city: '苏州' }, mode: 'bus', issuer: { city: '上海', ...issuer } })
        .answer
    expect(ask({ card: '上海公共交通卡', series: 'TJ01-19' })).toBe('yes')
    expect(ask({ card: '上海公共交通卡', series: 'J03-12' })).toBe('no')
    expect(ask({ card: '上海公共交通卡', series: 'TJ02' })).toBe('unknown')
    expect(ask({ card: '上海公共交通卡' })).toBe('partly')
    expect(ask({ card: '申城通' })).toBe('yes')
  })

  it('keep a plan apart from what came of it', () => {
    const ask = (at: string) =>
      acceptance({ acceptor: { city: '上海' }, mode: 'metro', issuer: { city: '苏州' }, at })
    expect(ask('2019-08-01').answer).toBe('no')
    expect(ask('2020-01-01').answer).toBe('unknown')
    expect(ask('2019-08-01').rows).toEqual([expect.objectContaining({ status: 'planned' })])
  })

  it('know a trial of the timeline', () => {
    const given = acceptance({
      acceptor: { city: '长春' },
      mode: 'metro',
      issuer: { city: '苏州' },
    })
    expect(given.answer).toBe('partly')
    expect(given.rows).toEqual([expect.objectContaining({ status: 'trial', from: '2015-11-05' })])
  })

  it('are named by city, by card, or not at all', () => {
    const ask = (issuer: { card?: string }) =>
      acceptance({ acceptor: { city: '苏州' }, mode: 'bus', issuer }).answer
    expect(ask({})).toBe('yes')
    expect(ask({ card: '深圳通' })).toBe('yes')
    expect(ask({ card: '桂民卡' })).toBe('yes')
    expect(ask({ card: '无此卡' })).toBe('unknown')
  })
})

describe('ride codes, by the document', () => {
  const ask = (city: string, mode: (typeof MODES)[number], brand: string, line?: string) =>
    acceptance({
      acceptor: line === undefined ? { city } : { city, line },
      mode,
      medium: 'code',
      issuer: { brand },
    }).answer

  it('work in their own range and nowhere else', () => {
    expect(ask('广州', 'bus', '羊城通乘车码')).toBe('yes')
    expect(ask('广州', 'brt', '羊城通乘车码')).toBe('yes')
    expect(ask('广州', 'metro', '羊城通乘车码')).toBe('no')
    expect(ask('佛山', 'bus', '羊城通乘车码')).toBe('no')
    expect(ask('佛山', 'bus', '廣佛通乘車碼')).toBe('yes')
    expect(ask('厦门', 'brt', '厦门BRT乘车码')).toBe('yes')
    expect(ask('厦门', 'bus', '厦门BRT乘车码')).toBe('unknown')
    expect(ask('南宁', 'bus', '广西一卡通乘车码')).toBe('yes')
    expect(ask('桂林', 'bus', '广西一卡通乘车码')).toBe('no')
    expect(ask('泗阳', 'bus', '泗阳乘车码')).toBe('unknown')
    expect(ask('苏州', 'bus', '无此码')).toBe('unknown')
  })

  it('of Guangzhou metro serve its line in Foshan too', () => {
    expect(ask('广州', 'metro', '广州地铁乘车码')).toBe('yes')
    expect(ask('广州', 'bus', '广州地铁乘车码')).toBe('no')
    expect(ask('佛山', 'metro', '广州地铁乘车码', '广佛线')).toBe('yes')
    expect(ask('佛山', 'metro', '广州地铁乘车码')).toBe('partly')
    expect(ask('佛山', 'bus', '广州地铁乘车码')).toBe('no')
  })
})

describe('Lingnan Pass', () => {
  it.each([
    ['广州', 'ferry', 'yes'],
    ['佛山', 'bus', 'unknown'],
    ['珠海', 'bus', 'unknown'],
    ['苏州', 'bus', 'no'],
  ] as const)('%s, %s: %s', (city, mode, answer) => {
    const given = acceptance({ network: 'lingnan-pass', acceptor: { city }, mode, issuer: {} })
    expect(given.answer).toBe(answer)
    expect(given.why[0]?.words).toBeTruthy()
  })
})

describe('the simulated membership', () => {
  const operators = institutions().filter((one) => one.role === 'operator')
  const issuers = institutions().filter((one) => one.role === 'issuer')

  it('takes everybody’s card and code everywhere, but for one exception', () => {
    const refused = operators.flatMap((operator) =>
      issuers.flatMap((issuer) =>
        (['card', 'code'] as const).flatMap((medium) =>
          operator.modes.flatMap((mode) => {
            const { answer } = acceptance({
              set: 'simulated',
              acceptor: { city: operator.id },
              mode,
              medium,
              issuer: { institution: issuer.id },
              at: '2026-11-21',
            })
            return answer === 'yes' ? [] : [[operator.id, mode, medium, issuer.id, answer]]
          }),
        ),
      ),
    )
    expect(refused).toEqual([['12205881', 'bus', 'card', '03303310', 'no']])
  })

  it('says so in both languages and never as a fact of the documents', () => {
    const given = acceptance({
      set: 'simulated',
      acceptor: { city: 'Foshan' },
      mode: 'bus',
      issuer: { city: '杭州' },
    })
    expect(given.answer).toBe('no')
    for (const one of given.why) {
      expect(one.document).toBe('simulated')
      expect(one.zh).toContain('［模拟］')
      expect(one.en).toContain('[simulated]')
    }
  })

  it('begins on its first day', () => {
    const ask = (at: string) =>
      acceptance({
        set: 'simulated',
        acceptor: { city: '深圳' },
        mode: 'metro',
        issuer: { city: '北京' },
        at,
      }).answer
    expect(ask('2025-12-31')).toBe('no')
    expect(ask('2026-01-01')).toBe('yes')
  })

  it('runs the Guangfo line in Foshan, by Guangzhou metro', () => {
    const ask = (line?: string) =>
      acceptance({
        set: 'simulated',
        acceptor: line === undefined ? { city: '佛山' } : { city: '佛山', line },
        mode: 'metro',
        issuer: { city: '北京' },
      })
    expect(ask('广佛线').rows).toEqual([expect.objectContaining({ operator: '12205812' })])
    expect(ask().answer).toBe('yes')
    expect(ask('二号线').answer).toBe('no')
  })
})

describe('the relation', () => {
  it('has a line for every mode that a row takes or converts', () => {
    const ids = new Set(acceptanceFacts().map((fact) => fact.id))
    expect(ids.size).toBe(acceptanceFacts().length)
    for (const record of registryRecords().filter((one) => one.level !== 'province'))
      for (const mode of MODES.filter((one) => record.modes[one] === true))
        expect(
          acceptanceFacts().some(
            (fact) =>
              fact.network === record.network &&
              fact.mode === mode &&
              fact.acceptor.name === record.name,
          ),
        ).toBe(true)
  })

  it('gives an answer with a reason to every question', () => {
    const city = fc.constantFrom(...registryRecords().map((one) => one.name), '无此地', '')
    const query = fc.record({
      set: fc.constantFrom('seed' as const, 'simulated' as const),
      acceptor: fc.record({ city }),
      mode: fc.constantFrom(...MODES),
      medium: fc.constantFrom('card' as const, 'code' as const),
      issuer: fc.record({ city }),
    })
    fc.assert(
      fc.property(query, (asked) => {
        const given = acceptance(asked)
        expect(['yes', 'no', 'partly', 'unknown']).toContain(given.answer)
        expect(given.why.length).toBeGreaterThan(0)
      }),
    )
  })

  it('refuses a malformed line and says where', () => {
    const file = { about: 'test', rows: [{ ...acceptanceFacts()[0], status: 'perhaps' }] }
    expect(() => parseAcceptanceFacts(file)).toThrow('acceptance.rows[0].status: one of planned')
  })
})
