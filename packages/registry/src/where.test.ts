import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeCardNumber } from './card-number.ts'
import { registryErrors } from './errors.ts'
import { aliases, findPlaces } from './places.ts'
import { registryRecords } from './record.ts'
import { type Where, where } from './where.ts'

function found(query: string): Extract<Where, { ok: true }> {
  const given = where(query)
  if (!given.ok) throw new TypeError(`${query} was refused with ${given.code}`)
  return given
}

const zh = (query: string) => found(query).seed.lines.map((line) => line.zh)

describe('names of places', () => {
  it.each([
    ['湘西土家族苗族自治州', '湘西州', '湘西'],
    ['内蒙古自治区', '内蒙古区', '内蒙古'],
    ['新疆维吾尔自治区', '新疆区', '新疆'],
    ['彭水苗族土家族自治县', '彭水县', '彭水'],
  ])('%s is also %s and %s', (...all) => expect(aliases(all[0])).toEqual(all))

  it('keep a short name that a bare syllable would not be', () => {
    expect(aliases('莒县')).toEqual(['莒县'])
    expect(aliases('广州市')).toEqual(['广州市', '广州'])
  })

  it('find the same rows official, printed and by code', () => {
    const ids = (text: string) => findPlaces(text).map(({ record }) => record.id)
    expect(ids('七臺河市')).toEqual(ids('七台河'))
    expect(ids('440600')).toEqual(ids('佛山市'))
    expect(ids('毫州')).toEqual(ids('亳州市'))
    expect(ids('无此地')).toEqual([])
  })
})

describe('where a city', () => {
  it('takes cards and codes, and what it issues', () => {
    const { kind, seed, simulated } = found('佛山')
    expect(kind).toBe('city')
    expect(seed.rows.map((row) => row.network)).toEqual(['t-union', 'ride-code'])
    expect(seed.lines).toContainEqual(
      expect.objectContaining({ answer: 'yes', mode: 'metro', sourceLine: 738 }),
    )
    expect(seed.lines.some((line) => line.document === 'simulated')).toBe(false)
    expect(simulated.lines.every((line) => line.document === 'simulated')).toBe(true)
    expect(simulated.lines.filter((line) => line.answer === 'no')).toHaveLength(1)
  })

  it('is not a member, it is not called a no', () => {
    expect(found('杭州').seed.lines[0]).toMatchObject({ answer: 'unknown' })
    expect(found('hangzhou').simulated.lines[0]).toMatchObject({ answer: 'yes', mode: 'bicycle' })
  })

  it('has a province card, it is named', () => {
    expect(zh('桂林')).toContain('广西壮族自治区发行的卡：桂民卡')
    for (const asked of ['桂林', '桂民卡']) {
      expect(zh(asked)).toContain('10月，华为钱包加入对桂民卡支持')
    }
  })

  it('is doubtful, the doubt is told', () => {
    expect(zh('乌海').some((line) => line.startsWith('存疑：'))).toBe(true)
  })

  it('is a province, its places are listed', () => {
    expect(found('四川')).toMatchObject({ kind: 'province' })
    expect(found('四川').seed.places).toHaveLength(21)
    expect(found('重庆').seed.places.every((place) => place.modes.bus === 'partly')).toBe(true)
  })
})

describe('where a card', () => {
  it('number of ours can be used, operator by operator', () => {
    const { kind, seed, simulated } = found(makeCardNumber({ iin: '31900009', serial: 7 }))
    expect(kind).toBe('number')
    expect(seed.lines.some((line) => line.document === 'simulated')).toBe(false)
    const refused = simulated.lines.filter((line) => line.answer === 'no')
    expect(refused).toHaveLength(1)
    expect(refused[0]?.en).toContain('Foshan bus')
    expect(simulated.lines.filter((line) => line.answer === 'yes')).toHaveLength(2 * 19 - 1)
  })

  it('name can be used, place by place', () => {
    const { kind, seed } = found('上海公共交通卡')
    expect(kind).toBe('card')
    expect(seed.places).toHaveLength(322)
    expect(seed.places.find((place) => place.name === '苏州市')?.modes.bus).toBe('partly')
    expect(seed.places.find((place) => place.name === '北京市')?.modes.bus).toBe('unknown')
    expect(zh('上海公共交通卡')).toContain('上海公共交通卡中仅TJ01-19支持交通联合')
  })

  it('is carried by a phone', () => {
    expect(found('腾讯乘车卡').seed.lines[0]).toMatchObject({ sourceLine: 746 })
    expect(found('福路通').seed.lines[0]).toMatchObject({ sourceLine: 16 })
  })

  it('belongs to the regional network', () => {
    expect(found('岭南通').seed.lines[0]).toMatchObject({ answer: 'unknown' })
    expect(zh('羊城通')).toContain('岭南通：广州市轮渡')
  })
})

describe('where a ride code', () => {
  it('can be used: its own range and nowhere else', () => {
    const { kind, seed } = found('廣佛通乘車碼')
    expect(kind).toBe('code-brand')
    expect(seed.lines.map((line) => [line.answer, line.mode])).toEqual([
      ['yes', 'bus'],
      ['no', null],
    ])
  })
})

describe('what is refused', () => {
  it.each([
    ['', 'registry.bad-query'],
    ['no such place', 'registry.bad-query'],
    ['3199999900000000017', 'registry.unallotted-block'],
    ['3190000100000000010', 'registry.luhn-failed'],
    ['123456789', 'registry.bad-card-number'],
    ['99999999', 'registry.unknown-institution'],
  ])('%j: %s, in both languages', (query, code) => {
    expect(where(query)).toMatchObject({ ok: false, code, zh: expect.any(String) as string })
  })

  it('has a code of the table whatever is asked', () => {
    fc.assert(
      fc.property(fc.string(), (query) => {
        const given = where(query)
        if (!given.ok) expect(Object.keys(registryErrors)).toContain(given.code)
      }),
    )
  })
})

describe('every row of the documents', () => {
  it('is found again by its name, its brand and its cards', () => {
    for (const record of registryRecords()) {
      expect(found(record.name).seed.rows.length).toBeGreaterThan(0)
      if (record.brand !== null) expect(found(record.brand).kind).toBe('code-brand')
    }
    const cards = new Set(registryRecords().flatMap((record) => record.cards))
    for (const card of cards) expect(where(card).ok).toBe(true)
  })
})
