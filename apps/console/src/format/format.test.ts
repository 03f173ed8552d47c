import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatCount,
  formatMicroFen,
  formatShortYuan,
  formatSignedYuan,
  formatYuan,
} from './money.ts'
import { formatKm, hexGroups, issuerPlace, shortName } from './names.ts'
import { formatClock, formatClockSeconds, partOfDay } from './time.ts'

describe('money', () => {
  it.each([
    [0, '0.00'],
    [7, '0.07'],
    [-7, '−0.07'],
    [100, '1.00'],
    [123_456, '1,234.56'],
    [-100_000_000, '−1,000,000.00'],
  ])('writes %i fen as %s', (amountFen, text) => {
    expect(formatYuan(amountFen)).toBe(text)
  })

  it.each([
    [0, '0', '0'],
    [150, '1.50', '1.50'],
    [291_000, '2,910', '2,910'],
    [1_234_500, '1.23万', '12.3k'],
    [180_000_000, '180万', '1.8M'],
    [1_360_000_000_000, '136亿', '13.6B'],
  ])('shortens %i fen to %s and %s', (amountFen, zh, en) => {
    expect(formatShortYuan(amountFen, 'zh')).toBe(zh)
    expect(formatShortYuan(amountFen, 'en')).toBe(en)
  })

  it('signs what is above zero, and only that', () => {
    expect([1, 0, -1].map(formatSignedYuan)).toEqual(['+0.01', '0.00', '−0.01'])
  })

  it('loses no fen: the text reads back to the amount', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (amountFen) => {
        const digits = formatYuan(amountFen).replace('−', '-').replaceAll(/[,.]/g, '')
        expect(BigInt(digits)).toBe(BigInt(amountFen))
      }),
    )
  })

  it.each([
    ['397960000', '3.9796'],
    ['398800000', '3.9880'],
    ['1', '0.00000001'],
    ['-250000000000', '−2,500.0000'],
    ['0', '0.0000'],
  ])('writes %s micro-fen as %s yuan', (micro, text) => {
    expect(formatMicroFen(micro)).toBe(text)
  })

  it('groups counts', () => {
    expect([0, 999, 1_000, 1_234_567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567'])
  })
})

describe('time', () => {
  it('shows instants in Asia/Shanghai, midnight as 00', () => {
    expect(formatClock('2026-11-21T16:00:00.000Z')).toBe('00:00')
    expect(formatClockSeconds('2026-11-20T23:05:09.000Z')).toBe('07:05:09')
  })

  it('measures the business day from 03:00 to 03:00', () => {
    const part = (at: string) => partOfDay('2026-11-21', at)
    expect(part('2026-11-20T19:00:00.000Z')).toBe(0)
    expect(part('2026-11-21T07:00:00.000Z')).toBe(0.5)
    expect(part('2026-11-21T19:00:00.000Z')).toBe(1)
    expect(part('1970-01-01T00:00:00.000Z')).toBe(0)
    expect(part('2030-01-01T00:00:00.000Z')).toBe(1)
  })
})

describe('names', () => {
  it('leaves out what the banner says for all', () => {
    expect(shortName('北京地铁（模拟）')).toBe('北京地铁')
    expect(shortName('Beijing metro (simulated)')).toBe('Beijing metro')
    expect(shortName('Unifare 清分中心')).toBe('Unifare 清分中心')
    expect(issuerPlace('武汉发卡机构（模拟）')).toBe('武汉')
    expect(issuerPlace("Xi'an issuer (simulated)")).toBe("Xi'an")
  })

  it('groups hexadecimal digits, the rest last', () => {
    expect(hexGroups('AABBC', 2)).toEqual(['AA', 'BB', 'C'])
    expect(hexGroups('', 2)).toEqual([])
  })

  it('rounds metres to a tenth of a kilometre', () => {
    expect([0, 949, 950, 33_277].map(formatKm)).toEqual(['0.0', '0.9', '1.0', '33.3'])
  })
})
