import { requireData } from '@unifare/core'
import type { AlarmRule } from './alarms.ts'
import { SOURCE_KINDS } from './sources.ts'

/** Reads alarm rules from their JSON; throws `watch.bad-rule` for what is not a list of them. */
export function parseAlarmRules(value: unknown): AlarmRule[] {
  requireData(Array.isArray(value), 'watch.bad-rule', 'not a list of rules')
  return value.map((row: unknown, index) => {
    requireData(isRule(row), 'watch.bad-rule', `rule ${index + 1} is no alarm rule`)
    return row
  })
}

const FIELDS = ['kind', 'id', 'operator', 'from', 'silenceS', 'gapS']

function isRule(value: unknown): value is AlarmRule {
  if (typeof value !== 'object' || value === null) return false
  const row = value as Readonly<Record<string, unknown>>
  const count = (cell: unknown) => Number.isSafeInteger(cell) && Number(cell) >= 0
  const text = (cell: unknown) => cell === undefined || (typeof cell === 'string' && cell !== '')
  return (
    Object.keys(row).every((field) => FIELDS.includes(field)) &&
    SOURCE_KINDS.some((kind) => kind === row['kind']) &&
    text(row['id']) &&
    text(row['operator']) &&
    count(row['from']) &&
    (row['silenceS'] === null || count(row['silenceS'])) &&
    count(row['gapS'])
  )
}
