import { devicesByTerminal } from '@unifare/bundle'
import type { Instant, Tx } from '@unifare/core'
import { loadShelf, readingOf } from '@unifare/institution'
import { type Alarm, type AlarmRule, alarmsAt, type ExpectedSource } from './alarms.ts'
import { fileSources } from './file-sources.ts'
import { allSources } from './sources.ts'

/** Alarms of a centre at an instant, from its state: what was heard, and whose lists name whom. */
export async function storedAlarms(
  tx: Tx,
  options: { readonly at: Instant; readonly rules?: readonly AlarmRule[] },
): Promise<Alarm[]> {
  const sources = [...(await allSources(tx)), ...(await fileSources(tx))]
  return alarmsAt({ ...options, sources, expected: await inService(tx) })
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
