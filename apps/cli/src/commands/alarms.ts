import { readFile } from 'node:fs/promises'
import type { Alarm } from '@unifare/centre'
import { requireData, UnifareError } from '@unifare/core'
import { alarmLine, nameOf, SINGLE, timeOf, whatOf } from '../alarm-line.ts'
import { EXIT, printJson, printLines } from '../output.ts'
import { askParty } from '../readings/ask-party.ts'
import type { Answer } from '../readings/readings.ts'

interface AlarmsOptions {
  readonly data: string
  /** Instant in any form that ISO 8601 allows; now when not given. */
  readonly at?: string
  /** File with the alarm rules, a JSON list; the demonstration's when not given. */
  readonly rules?: string
  /** Every alarm on a line of its own. */
  readonly all?: boolean
  readonly json?: boolean
}

type ToldAlarm = Answer<'alarms'>['alarms'][number]

/** Sources that are named of a group. */
const NAMED_MAX = 3

/** Prints the alarms of a centre; exit code 1 when there are any. */
export async function printAlarms(options: AlarmsOptions): Promise<number> {
  const at = options.at === undefined ? Date.now() : Date.parse(options.at)
  requireData(Number.isFinite(at), 'time.bad-digits', `not an instant: ${options.at}`)
  const rules = options.rules === undefined ? {} : { rules: await readRules(options.rules) }
  const told = await askParty('alarms', { at, ...rules }, { data: options.data })
  const { alarms } = told
  if (options.json === true) printJson(told)
  else if (alarms.length === 0) printLines('no alarms · 无告警')
  else printLines(...(options.all === true ? alarms.map(alarmLine) : groupLines(alarms)))
  return alarms.length === 0 ? EXIT.ok : EXIT.differences
}

async function readRules(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw new UnifareError('watch.bad-rule', `${path}: ${(error as Error).message}`)
  }
}

/** Words for sources of a kind. */
const SOURCES = {
  terminal: { en: 'terminals', zh: '终端' },
  operator: { en: 'operators', zh: '收单机构' },
  files: { en: 'rows of files', zh: '文件序列' },
  centre: { en: 'own files', zh: '本机文件' },
} as const satisfies Record<Alarm['kind'], object>

/**
 * One line for an alarm that stands alone, two for all operators, for the centre's own files and for all of an operator's sources
 * that raise the same.
 */
export function groupLines(alarms: readonly ToldAlarm[]): string[] {
  const groups = new Map<string, ToldAlarm[]>()
  for (const one of alarms) {
    const group = `${SINGLE.has(one.kind) ? '' : one.operator} ${one.kind} ${one.alarm}`
    const known = groups.get(group)
    if (known === undefined) groups.set(group, [one])
    else known.push(one)
  }
  const lines = [...groups.values()].flatMap((group) =>
    group.length === 1 ? group.map(alarmLine) : describeGroup(group),
  )
  return groups.size < alarms.length ? [...lines, 'every one on its line · 逐条列出: --all'] : lines
}

/** Alarms come with the oldest first. */
function describeGroup(group: readonly ToldAlarm[]): string[] {
  const [oldest] = group
  if (oldest === undefined) return []
  const { kind, operator, text } = oldest
  const { en, zh } = SOURCES[kind]
  const sources = new Set(group.map(({ id }) => id)).size
  const times = group.length === sources ? '' : `, ${group.length} × · ${group.length} 处`
  const named = group.slice(0, NAMED_MAX).map((one) => `${nameOf(one)}${whatOf(one)}`)
  const more = group.length > NAMED_MAX ? ', …' : ''
  return [
    `${sources} ${en}${SINGLE.has(kind) ? '' : ` of ${operator}`}: ${text.en} · ${sources} 个${zh}：${text.zh}${times}`,
    `    oldest since · 最早 ${timeOf(oldest)}: ${named.join(', ')}${more}`,
  ]
}
