import { describe, expect, it } from 'vitest'
import { parseAlarmRules } from './alarm-rules.ts'
import { type AlarmRule, alarmsAt, DEFAULT_ALARM_RULES } from './alarms.ts'
import type { SourceRow } from './sources.ts'

const HOUR = 3_600_000
const AT = 1_795_219_200_000
const TERMINAL = '440100000001'
const OPERATOR = '21580001'

function source(change: Partial<SourceRow> = {}): SourceRow {
  const row = { kind: 'terminal', id: TERMINAL, operator: OPERATOR, end: 9, gaps: [] } as const
  return { ...row, heardAt: AT, ...change }
}

describe('alarms', () => {
  it('are raised when a silence is longer than its rule, not sooner', () => {
    const sources = [source()]
    expect(alarmsAt({ at: AT + 24 * HOUR, sources })).toEqual([])
    expect(alarmsAt({ at: AT + 24 * HOUR + 1_000, sources })).toEqual([
      {
        alarm: 'silence',
        kind: 'terminal',
        id: TERMINAL,
        operator: OPERATOR,
        since: AT,
        lastsS: 24 * 3_600 + 1,
      },
    ])
  })

  it('name every gap that is older than its rule, the oldest first', () => {
    const gaps = [
      { from: 3, to: 4, since: AT - HOUR - 1_000 },
      { from: 7, to: 7, since: AT - 60_000 },
      { from: 8, to: 8, since: AT - 2 * HOUR },
    ]
    const alarms = alarmsAt({ at: AT, sources: [source({ gaps })] })
    expect(alarms.map(({ alarm, from, to }) => [alarm, from, to])).toEqual([
      ['gap', 8, 8],
      ['gap', 3, 4],
    ])
  })

  it('are raised for what is in service and was never heard', () => {
    const other = { kind: 'terminal', id: '440100000002', operator: OPERATOR, since: AT } as const
    const own = { ...other, id: TERMINAL }
    const at = AT + 25 * HOUR
    const sources = [source({ heardAt: at })]
    expect(alarmsAt({ at, sources, expected: [own, other] })).toMatchObject([
      { alarm: 'never-heard', id: '440100000002', lastsS: 25 * 3_600 },
    ])
    expect(alarmsAt({ at: AT + HOUR, sources: [], expected: [own, other] })).toEqual([])
  })

  it('follow the most specific rule, from its date on', () => {
    const rule = (change: Partial<AlarmRule>): AlarmRule => ({
      kind: 'terminal',
      from: 0,
      silenceS: 3_600,
      gapS: 60,
      ...change,
    })
    const told = (rules: readonly AlarmRule[]) =>
      alarmsAt({ at: AT + 2 * HOUR, sources: [source()], rules }).length
    expect(told([rule({})])).toBe(1)
    expect(told([rule({}), rule({ operator: OPERATOR, silenceS: null })])).toBe(0)
    expect(told([rule({ operator: OPERATOR, silenceS: null }), rule({ id: TERMINAL })])).toBe(1)
    expect(told([rule({}), rule({ from: AT + 3 * HOUR, silenceS: null })])).toBe(1)
    expect(told([rule({}), rule({ from: AT, silenceS: null })])).toBe(0)
    expect(told([rule({ kind: 'operator' }), rule({ id: 'another' })])).toBe(0)
    expect(told(DEFAULT_ALARM_RULES)).toBe(0)
  })

  it('take their rules from data that says them whole, and nothing else', () => {
    const rule = { kind: 'files', operator: OPERATOR, from: AT, silenceS: null, gapS: 60 }
    expect(parseAlarmRules([...DEFAULT_ALARM_RULES, rule])).toEqual([...DEFAULT_ALARM_RULES, rule])
    const bad = [
      { kind: 'bus' },
      { gapS: -1 },
      { silenceS: '1' },
      { id: '' },
      { from: 0.5 },
      { a: 1 },
    ]
    for (const value of [null, {}, [null], ...bad.map((change) => [{ ...rule, ...change }])]) {
      expect(() => parseAlarmRules(value)).toThrow(
        expect.objectContaining({ code: 'watch.bad-rule' }),
      )
    }
  })
})
