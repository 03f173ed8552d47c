import { ALARM_TEXTS, type Alarm, storedAlarms } from '@unifare/centre'
import { requireData } from '@unifare/core'
import { EXIT, printJson, printLines } from '../output.ts'
import { openStoredParty } from '../stored-network.ts'

interface AlarmsOptions {
  readonly data: string
  /** Instant in any form that ISO 8601 allows; now when not given. */
  readonly at?: string
  readonly json?: boolean
}

/** Prints the alarms of a stored centre; exit code 1 when there are any. */
export async function printAlarms(options: AlarmsOptions): Promise<number> {
  const at = options.at === undefined ? Date.now() : Date.parse(options.at)
  requireData(Number.isFinite(at), 'time.bad-digits', `not an instant: ${options.at}`)
  const stored = await openStoredParty(options.data)
  try {
    const alarms = await stored.repository.transaction((tx) => storedAlarms(tx, { at }))
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

function lineOf({ alarm, kind, id, operator, since, from, to }: Alarm): string {
  const { en, zh } = ALARM_TEXTS[alarm]
  const whose = kind === 'terminal' ? `terminal ${id} of ${operator}` : `operator ${id}`
  const records = from === undefined ? '' : ` ${from} to ${to}`
  return `${whose}: ${en}${records}, since ${new Date(since).toISOString()} · ${zh}`
}
