import { nextDay } from '@unifare/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isBankingDay, valueDate } from './calendar.ts'
import { CALENDAR } from './calendar-data.ts'

it.each([
  // A Thursday settles on Friday, a Friday on Monday.
  ['2026-11-19', 1, '2026-11-20'],
  ['2026-11-20', 1, '2026-11-23'],
  ['2026-11-21', 1, '2026-11-23'],
  ['2026-11-20', 2, '2026-11-24'],
  // The eve of the Spring Festival is a Saturday that is worked; then nine days are off.
  ['2026-02-13', 1, '2026-02-14'],
  ['2026-02-14', 1, '2026-02-24'],
  ['2026-02-18', 1, '2026-02-24'],
  // National Day: off until the 7th, and the Saturday after is worked.
  ['2026-09-30', 1, '2026-10-08'],
  ['2026-10-09', 1, '2026-10-10'],
  ['2026-12-31', 1, '2027-01-04'],
])('what is settled for %s with a lag of %i is worth something on %s', (day, lagDays, date) => {
  expect(valueDate(CALENDAR, { day, lagDays })).toBe(date)
})

it('gives a banking day, later than the day, with no banking day left out', () => {
  const anyDay = fc.integer({ min: 0, max: 700 }).map((days) => {
    return new Date(Date.UTC(2026, 0, 1) + days * 86_400_000).toISOString().slice(0, 10)
  })
  fc.assert(
    fc.property(anyDay, (day) => {
      const date = valueDate(CALENDAR, { day, lagDays: 1 })
      expect(isBankingDay(CALENDAR, date)).toBe(true)
      let between = nextDay(day)
      for (; between < date; between = nextDay(between)) {
        expect(isBankingDay(CALENDAR, between)).toBe(false)
      }
      expect(between).toBe(date)
    }),
  )
})

it('has rows in order that do not overlap, each with its source', () => {
  for (const [index, { from, to, source }] of CALENDAR.entries()) {
    expect(from <= to).toBe(true)
    expect((CALENDAR[index - 1]?.to ?? '') < from).toBe(true)
    expect(source).not.toBe('')
  }
})

it('takes no lag of nothing', () => {
  expect(() => valueDate(CALENDAR, { day: '2026-11-20', lagDays: 0 })).toThrow(TypeError)
})
