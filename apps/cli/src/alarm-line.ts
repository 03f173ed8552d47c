import { ALARM_TEXTS, type Alarm, type CentreFault, ownAlarm } from '@unifare/centre'
import { type ErrorText, SHANGHAI_OFFSET_MS } from '@unifare/core'
import { tell } from './output.ts'

/** Words for a source, by its kind. */
const WHOSE = {
  terminal: ({ id, operator }) => `terminal ${id} of ${operator}`,
  operator: ({ id }) => `operator ${id}`,
  files: (alarm) => `files ${nameOf(alarm)} of ${alarm.operator}`,
  centre: ({ id, operator }) => `own file ${id}${operator === '' ? '' : ` for ${operator}`}`,
} as const satisfies Record<Alarm['kind'], (alarm: Alarm) => string>

/** Kinds of sources that belong to no operator. */
export const SINGLE: ReadonlySet<Alarm['kind']> = new Set(['operator', 'centre'])

/** An alarm in one line, in both languages. */
export function alarmLine(alarm: Alarm & { readonly text: ErrorText }): string {
  const { en, zh } = alarm.text
  return `${WHOSE[alarm.kind](alarm)}: ${en}${whatOf(alarm)}, since ${timeOf(alarm)} · ${zh}`
}

/** A source's own name, without its operator's. */
export function nameOf({ kind, id, operator }: Alarm): string {
  return kind === 'files' ? id.slice(operator.length + 1) : id
}

/** What is missing, or what is in the way. */
export function whatOf({ from, to, reason }: Alarm): string {
  if (reason !== undefined) return ` (${reason})`
  return from === undefined ? '' : ` ${from} to ${to}`
}

/** When it began, in the time by which days of the centre are told. */
export function timeOf({ since }: Alarm): string {
  return `${new Date(since + SHANGHAI_OFFSET_MS).toISOString().slice(0, 19)}+08:00`
}

/** Tells who runs a centre what went wrong with its own files, when it does. */
export function tellFault(fault: CentreFault): void {
  const text = ALARM_TEXTS[fault.alarm]
  tell(`alarm: ${alarmLine({ ...ownAlarm(fault, fault.since), text })}`)
}
