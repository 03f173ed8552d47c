import { ALARM_TEXTS, type Alarm } from '@unifare/centre'
import { describe, expect, it } from 'vitest'
import { groupLines } from './alarms.ts'

function alarm(one: Pick<Alarm, 'alarm' | 'kind' | 'id' | 'operator'> & Partial<Alarm>) {
  return { since: 0, lastsS: 60, ...one, text: ALARM_TEXTS[one.alarm] }
}

describe('lines of alarms', () => {
  it('name operators together, terminals by operator, and what stands alone on its own line', () => {
    const silent = (id: string) => alarm({ alarm: 'silence', kind: 'operator', id, operator: id })
    const missing = (id: string, from: number) =>
      alarm({ alarm: 'gap', kind: 'terminal', id, operator: 'A', from, to: from + 1 })
    const gaps = [missing('t1', 1), missing('t1', 5), missing('t2', 3), missing('t3', 7)]
    const file = alarm({
      alarm: 'file-gap',
      kind: 'files',
      id: 'B/UP',
      operator: 'B',
      from: 2,
      to: 2,
    })
    expect(groupLines([silent('A'), ...gaps, silent('B'), file])).toEqual([
      '2 operators: nothing came for longer than its rule · 2 个收单机构：超过规定时间未上传数据',
      '    oldest since · 最早 1970-01-01T08:00:00+08:00: A, B',
      '3 terminals of A: records are missing · 3 个终端：流水号不连续，有记录缺失, 4 × · 4 处',
      '    oldest since · 最早 1970-01-01T08:00:00+08:00: t1 1 to 2, t1 5 to 6, t2 3 to 4, …',
      'files UP of B: files are missing 2 to 2, since 1970-01-01T08:00:00+08:00 · 文件序号不连续，有文件缺失',
      'every one on its line · 逐条列出: --all',
    ])
    expect(groupLines([file])).toHaveLength(1)
  })
})
