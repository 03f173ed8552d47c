import { describe, expect, it } from 'vitest'
import { VERDICTS, type Verdict } from '../verdicts.ts'
import {
  codeRowOf,
  DEMONSTRATION_CODES,
  deadlineOf,
  groupOf,
  REMEDIES,
  replaceRows,
  VERDICT_GROUPS,
} from './code-list.ts'

const DAY = '2026-11-20'

describe('the code list', () => {
  it.each(Object.keys(VERDICTS))('says of %s what it is, what to do, until when', (verdict) => {
    const row = codeRowOf(DEMONSTRATION_CODES, verdict, DAY)
    expect(row.text).toEqual(VERDICTS[verdict as Verdict])
    expect(row.text.zh).not.toBe('')
    expect(Object.keys(VERDICT_GROUPS)).toContain(row.group)
    expect(Object.keys(REMEDIES)).toContain(row.remedy)
    expect(row.deadlineDays > 0).toBe(row.remedy !== 'none')
  })

  it('knows a settled correction as an adjustment', () => {
    const normal = codeRowOf(DEMONSTRATION_CODES, 'normal', DAY)
    expect(groupOf(normal, { corrects: 0 })).toBe('normal')
    expect(groupOf(normal, { corrects: 7 })).toBe('adjustment')
    const refused = codeRowOf(DEMONSTRATION_CODES, 'charge.unknown', DAY)
    expect(groupOf(refused, { corrects: 7 })).toBe('rejected')
  })

  it('counts deadlines from the settlement day, over the end of a year too', () => {
    const row = codeRowOf(DEMONSTRATION_CODES, 'tap.missing', DAY)
    expect(deadlineOf(row, '2026-12-20')).toBe('2027-01-19')
  })

  it('has no code of before its first day', () => {
    const early = () => codeRowOf(DEMONSTRATION_CODES, 'normal', '2025-12-31')
    expect(early).toThrow(expect.objectContaining({ code: 'code-list.unknown' }))
  })
})

describe('a new row', () => {
  const old = codeRowOf(DEMONSTRATION_CODES, 'tap.missing', DAY)
  const fresh = { ...old, id: 'tap.missing/2', deadlineDays: 7, validFrom: '2027-01-01' }

  it('lets the one before expire and removes nothing', () => {
    const rows = replaceRows(DEMONSTRATION_CODES, [fresh])
    expect(rows.length).toBe(DEMONSTRATION_CODES.length + 1)
    expect(codeRowOf(rows, 'tap.missing', '2026-12-31').deadlineDays).toBe(30)
    expect(codeRowOf(rows, 'tap.missing', '2027-01-01').deadlineDays).toBe(7)
  })

  it('is refused where the one before begins no earlier', () => {
    const rows = replaceRows(DEMONSTRATION_CODES, [fresh])
    expect(() => replaceRows(rows, [{ ...fresh, id: 'third' }])).toThrow(
      expect.objectContaining({ code: 'code-list.overlap' }),
    )
  })
})
