import { describe, expect, it } from 'vitest'
import { codeNames } from './code-names.ts'
import { cityCodes, institutionCodes } from './codes.ts'
import { institutions } from './institutions.ts'

describe('names of the codes on cards', () => {
  // The thirteen codes that reference card 3 states.
  it.each([
    ['1000', '北京市', 'Beijing'],
    ['1121', '天津市', 'Tianjin'],
    ['2210', '沈阳市', 'Shenyang'],
    ['2900', '上海市', 'Shanghai'],
    ['3010', '南京市', 'Nanjing'],
    ['3310', '杭州市', 'Hangzhou'],
    ['4530', '淄博市', 'Zibo'],
    ['5810', '广州市', 'Guangzhou'],
    ['5840', '深圳市', 'Shenzhen'],
    ['5880', '佛山市', 'Foshan'],
    ['6510', '成都市', 'Chengdu'],
    ['6900', '重庆市', 'Chongqing'],
    ['7910', '西安市', "Xi'an"],
  ])('city %s is %s', (code, zh, en) => {
    expect(codeNames.city(code)).toEqual({ zh, en })
  })

  it('say when a code is not of the standard', () => {
    expect(codeNames.city('7835')).toEqual({
      zh: '珠海市（自用编码）',
      en: 'Zhuhai (private code)',
    })
    expect(codeNames.city('5210')).toEqual({ zh: '武汉市（模拟）', en: 'Wuhan (simulated)' })
  })

  it('prefer what was seen in real use to the simulation', () => {
    expect(codeNames.institution('02205810')).toEqual({ zh: '广州', en: 'Guangzhou' })
    expect(codeNames.institution('12205812')?.zh).toBe('广州地铁（模拟）')
  })

  it('know an issuer in its role as acceptor', () => {
    expect(codeNames.institution('13664530')).toEqual({ zh: '淄博', en: 'Zibo' })
  })

  it('are undefined where nobody tells', () => {
    expect(codeNames.city('0000')).toBeUndefined()
    expect(codeNames.institution('19999999')).toBeUndefined()
    expect(codeNames.institution('1')).toBeUndefined()
  })

  it('exist for every code of the registry, and a simulated one says so', () => {
    for (const { code } of cityCodes()) expect(codeNames.city(code), code).toBeDefined()
    for (const { id } of institutionCodes()) expect(codeNames.institution(id), id).toBeDefined()
    const real = new Set(institutionCodes().map(({ id }) => id))
    for (const { id, role } of institutions()) {
      if (real.has(id) || role === 'centre') continue
      expect(codeNames.institution(id)?.en, id).toMatch(/\(simulated\)/)
    }
  })
})
