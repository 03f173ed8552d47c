import { ALARM_TEXTS, type Alarm } from '@unifare/centre'
import { expect, it } from 'vitest'
import { alarmLine } from './alarm-line.ts'

const since = Date.UTC(2026, 10, 20, 19, 5)
const lineOf = (alarm: Alarm) => alarmLine({ ...alarm, text: ALARM_TEXTS[alarm.alarm] })

it('says of a file of the centre whose it is, what is wrong, why, and since when', () => {
  const own = { kind: 'centre', operator: '15215212', since, lastsS: 60 } as const
  const id = 'statement-2026-11-20-15215212'
  const reason = 'no room on the disk [storage.full]'
  expect(lineOf({ ...own, alarm: 'unwritten', id, reason })).toBe(
    `own file ${id} for 15215212: could not be written; tried again with every close and start (${reason}), since 2026-11-21T03:05:00+08:00 · 文件未能写出，每次关账和启动时重试`,
  )
  expect(lineOf({ ...own, alarm: 'damaged-file', id: 'damaged-closed-1', operator: '' })).toMatch(
    /^own file damaged-closed-1: was not as it was written: .*, since 2026.* · 文件内容/,
  )
})
