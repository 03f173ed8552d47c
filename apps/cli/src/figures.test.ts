import { describe, expect, it } from 'vitest'
import { countsOf, figureLine } from './figures.ts'

describe('figures', () => {
  it.each([
    ['day', 'day       2026'],
    ['清算日', '清算日    2026'],
    ['重新清算', '重新清算  2026'],
    ['a label too long', 'a label too long 2026'],
    ['', '          2026'],
  ])('stand behind %j in one column', (label, line) => {
    expect(figureLine(label, '2026')).toBe(line)
  })

  it('count charges by verdict, in Chinese with its words', () => {
    const verdicts = { normal: 7, 'tap.missing': 1, 'a.later-one': 2 }
    expect(countsOf(verdicts, 'en')).toBe('normal 7, tap.missing 1, a.later-one 2')
    expect(countsOf(verdicts, 'zh')).toMatch(
      /^normal \p{Script=Han}+ 7，tap\.missing 收费所依据的记录未上传 1，a\.later-one 2$/u,
    )
  })
})
