import { describe, expect, it } from 'vitest'
import { clockSeconds, clockTime, grouped, money, shortTime } from './format.ts'

/** 21 November 2026, 00:05:09 in Shanghai: still the 20th in UTC. */
const at = Date.UTC(2026, 10, 20, 16, 5, 9)

describe('times', () => {
  it('are of Shanghai, wherever the phone is', () => {
    expect(clockTime(at)).toBe('00:05')
    expect(clockSeconds(at)).toBe('00:05:09')
  })

  it('name the day when it is not today', () => {
    expect(shortTime(at, at + 3_600_000, 'zh')).toBe('00:05')
    expect(shortTime(at - 600_000, at, 'zh')).toBe('11月20日 23:55')
    expect(shortTime(at - 600_000, at, 'en')).toBe('20 Nov 23:55')
  })
})

describe('amounts', () => {
  it.each([
    [0, '¥0.00'],
    [405, '¥4.05'],
    [-120, '−¥1.20'],
  ])('%s fen: %s', (amountFen, text) => {
    expect(money(amountFen)).toBe(text)
  })
})

describe('account numbers', () => {
  it('stand in groups of four', () => {
    expect(grouped('3190000750000000000')).toBe('3190 0007 5000 0000 000')
    expect(grouped('12345678')).toBe('1234 5678')
  })
})
