import { ALARM_TEXTS, parseAlarmRules, storedAlarms } from '@unifare/centre'
import { type Instant, requireData } from '@unifare/core'
import type { ReadParty } from './reading.ts'

/** Alarms at an instant, under the rules of a JSON list; the demonstration's without. */
export async function readAlarms(
  party: ReadParty,
  { at, rules }: { readonly at: Instant; readonly rules?: unknown },
) {
  requireData(Number.isFinite(at), 'time.bad-digits', `not an instant: ${at}`)
  const asked = rules === undefined ? { at } : { at, rules: parseAlarmRules(rules) }
  const alarms = await party.read((tx) => storedAlarms(tx, asked))
  return {
    at,
    centre: party.centre,
    alarms: alarms.map((alarm) => ({ ...alarm, text: ALARM_TEXTS[alarm.alarm] })),
  }
}
