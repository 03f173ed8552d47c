import { describe, expect, it } from 'vitest'
import {
  type PlacedWindow,
  periodOf,
  placeOf,
  type WindowRule,
  windowRuleOf,
} from './window-rules.ts'

const rule = (changes: Partial<WindowRule>): WindowRule => ({
  id: 'test',
  period: 'daily',
  lagDays: 1,
  validFrom: '2026-01-01',
  validTo: null,
  source: 'ours',
  ...changes,
})
const MONTHLY = [rule({ period: 'monthly' })]
const november = (state: PlacedWindow['state'], window = 'W202611-1'): PlacedWindow => ({
  window,
  state,
  first: '2026-11-01',
  last: '2026-11-30',
})

describe('the period of a day', () => {
  it('is the day itself, or its month', () => {
    expect(periodOf(rule({}), '2026-11-20')).toEqual({
      name: '20261120',
      first: '2026-11-20',
      last: '2026-11-20',
    })
    expect(periodOf(rule({ period: 'monthly' }), '2028-02-03')).toEqual({
      name: '202802',
      first: '2028-02-01',
      last: '2028-02-29',
    })
  })

  it('changes with the dated rule', () => {
    const rules = [
      rule({ id: 'a', period: 'monthly', validTo: '2026-12-01' }),
      rule({ id: 'b', validFrom: '2026-12-01' }),
    ]
    expect(windowRuleOf(rules, '2026-11-30').id).toBe('a')
    expect(windowRuleOf(rules, '2026-12-01').id).toBe('b')
    const none = expect.objectContaining({ code: 'window.no-rule' })
    expect(() => windowRuleOf(rules, '2025-12-31')).toThrow(none)
  })
})

describe('a day that closes', () => {
  it('begins the window of its period, or joins it while it is open', () => {
    const began = placeOf('2026-11-20', { rules: MONTHLY, windows: [] })
    expect(began).toMatchObject({ window: 'W202611-1', late: false })
    const joined = placeOf('2026-11-21', { rules: MONTHLY, windows: [november('OPEN')] })
    expect(joined).toMatchObject({ window: 'W202611-1', late: false })
  })

  it('goes to the next window when its own is closed', () => {
    const late = placeOf('2026-11-29', { rules: MONTHLY, windows: [november('SETTLED')] })
    expect(late).toMatchObject({ window: 'W202612-1', late: true, period: { first: '2026-12-01' } })
  })

  it('joins the window that took over from an aborted one', () => {
    const windows = [november('ABORTED'), november('OPEN', 'W202611-2')]
    expect(placeOf('2026-11-29', { rules: MONTHLY, windows }).window).toBe('W202611-2')
  })
})
