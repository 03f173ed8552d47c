import { devicesByTerminal } from '@unifare/bundle'
import type { Instant, Tx } from '@unifare/core'
import { loadShelf, readingOf } from '@unifare/institution'
import { type Alarm, type AlarmRule, alarmsAt, type ExpectedSource } from './alarms.ts'
import { type CentreFault, centreFaults } from './centre-faults.ts'
import { fileSources } from './file-sources.ts'
import { allSources } from './sources.ts'

/**
 * Alarms of a centre at an instant, from its state: what was heard, whose lists name whom, and what is
 * wrong with its own files.
 */
export async function storedAlarms(
  tx: Tx,
  options: { readonly at: Instant; readonly rules?: readonly AlarmRule[] },
): Promise<Alarm[]> {
  const sources = [...(await allSources(tx)), ...(await fileSources(tx))]
  const ofSources = alarmsAt({ ...options, sources, expected: await inService(tx) })
  const own = await ownAlarms(tx, options.at)
  return [...own, ...ofSources].toSorted((a, b) => a.since - b.since)
}

/** Alarms for the centre's own files: at once, whatever the rules. */
async function ownAlarms(tx: Tx, at: Instant): Promise<Alarm[]> {
  return (await centreFaults(tx)).map((fault) => ownAlarm(fault, at))
}

/** The alarm for a fault of the centre's own files, at an instant. */
export function ownAlarm({ alarm, file, owner, since, reason }: CentreFault, at: Instant): Alarm {
  const lastsS = Math.max(0, Math.floor((at - since) / 1_000))
  const common = { alarm, kind: 'centre', id: file, operator: owner, since, lastsS } as const
  return reason === '' ? common : { ...common, reason }
}

/** Operators and terminals in service: those of the device lists, since these are valid. */
async function inService(tx: Tx): Promise<ExpectedSource[]> {
  const lists = [...(await loadShelf(tx)).values()].filter(({ kind }) => kind === 'devices')
  return lists.flatMap((list) => {
    const { publisher: operator, validFrom: since } = list
    const terminals = [...readingOf(list, devicesByTerminal).keys()]
    return [
      { kind: 'operator' as const, id: operator, operator, since },
      ...terminals.map((id) => ({ kind: 'terminal' as const, id, operator, since })),
    ]
  })
}
