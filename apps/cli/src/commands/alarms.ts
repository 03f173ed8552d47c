import { readFile } from 'node:fs/promises'
import {
  ALARM_TEXTS,
  type Alarm,
  type AlarmRule,
  parseAlarmRules,
  storedAlarms,
} from '@unifare/centre'
import { requireData, UnifareError } from '@unifare/core'
import { EXIT, printJson, printLines } from '../output.ts'
import { openStoredParty } from '../stored-network.ts'

interface AlarmsOptions {
  readonly data: string
  /** Instant in any form that ISO 8601 allows; now when not given. */
  readonly at?: string
  /** File with the alarm rules, a JSON list; the demonstration's when not given. */
  readonly rules?: string
  readonly json?: boolean
}

/** Prints the alarms of a stored centre; exit code 1 when there are any. */
export async function printAlarms(options: AlarmsOptions): Promise<number> {
  const at = options.at === undefined ? Date.now() : Date.parse(options.at)
  requireData(Number.isFinite(at), 'time.bad-digits', `not an instant: ${options.at}`)
  const rules = options.rules === undefined ? {} : { rules: await readRules(options.rules) }
  const stored = await openStoredParty(options.data)
  try {
    const alarms = await stored.repository.transaction((tx) => storedAlarms(tx, { at, ...rules }))
    if (options.json === true) {
      printJson({
        at,
        centre: stored.id,
        alarms: alarms.map((alarm) => ({ ...alarm, text: ALARM_TEXTS[alarm.alarm] })),
      })
    } else {
      printLines(...(alarms.length === 0 ? ['no alarms · 无告警'] : alarms.map(lineOf)))
    }
    return alarms.length === 0 ? EXIT.ok : EXIT.differences
  } finally {
    await stored.close()
  }
}

async function readRules(path: string): Promise<AlarmRule[]> {
  let value: unknown
  try {
    value = JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw new UnifareError('watch.bad-rule', `${path}: ${(error as Error).message}`)
  }
  return parseAlarmRules(value)
}

/** Words for a source, by its kind. */
const WHOSE = {
  terminal: ({ id, operator }) => `terminal ${id} of ${operator}`,
  operator: ({ id }) => `operator ${id}`,
  files: ({ id, operator }) => `files ${id.slice(operator.length + 1)} of ${operator}`,
} as const satisfies Record<Alarm['kind'], (alarm: Alarm) => string>

function lineOf(alarm: Alarm): string {
  const { en, zh } = ALARM_TEXTS[alarm.alarm]
  const { from, to, since } = alarm
  const missing = from === undefined ? '' : ` ${from} to ${to}`
  return `${WHOSE[alarm.kind](alarm)}: ${en}${missing}, since ${new Date(since).toISOString()} · ${zh}`
}
