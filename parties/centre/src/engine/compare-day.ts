import type { Day, Storage } from '@unifare/core'
import { chargeId } from '@unifare/tap'
import type { Position } from '../netting.ts'
import { BUCKETS } from './account-hash.ts'
import type { ClearedSegments } from './clear-segments.ts'
import { openClosedDay } from './shard-file.ts'
import type { ClosedOutcome } from './stored-day.ts'
import { ROW_BYTES, verdictOf, verdictRow } from './verdict-rows.ts'

/** Where a close and the clearing of the same segments say something else; null says nothing. */
export interface DayDifference {
  /** `verdict/<charge>`, `position/<member>`, `settled` or `root`. */
  readonly what: string
  readonly closed: string | number | null
  readonly cleared: string | number | null
}

/** Differences between what the close of a day said and what its segments were cleared to. */
export async function compareDay(
  storage: Storage,
  {
    day,
    root,
    positions,
    settledFen,
  }: Pick<ClearedSegments, 'day' | 'root' | 'positions' | 'settledFen'>,
  closed: ClosedOutcome,
): Promise<DayDifference[]> {
  const verdicts = await verdictsOfDay(storage, day)
  return [
    ...differences('verdict', closed.verdicts, verdicts),
    ...differences('position', netsOf(closed.positions), netsOf(positions)),
    ...(BigInt(closed.settledFen) === settledFen
      ? []
      : [{ what: 'settled', closed: closed.settledFen, cleared: Number(settledFen) }]),
    // Lines of a close with objects are others, and so is their root.
    ...(closed.previousRoot === undefined || closed.root === root
      ? []
      : [{ what: 'root', closed: closed.root, cleared: root }]),
  ]
}

/** Verdicts of a cleared day by name of the charge. */
async function verdictsOfDay(storage: Storage, day: Day): Promise<ReadonlyMap<string, string>> {
  const closed = await openClosedDay(storage, day)
  const verdicts = new Map<string, string>()
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const rows = await closed.read('rows', bucket)
    for (let at = 0; at < rows.length; at += ROW_BYTES) {
      const row = verdictRow.decode(rows.subarray(at, at + ROW_BYTES))
      if (row.place === 0) verdicts.set(chargeId(row), verdictOf(row.verdict))
    }
  }
  return verdicts
}

/** Both sides of a member, in one text. */
function netsOf(positions: readonly Position[]): ReadonlyMap<string, string> {
  return new Map(
    positions.map(({ id, receivableFen, payableFen }) => [id, `${receivableFen}-${payableFen}`]),
  )
}

function differences(
  kind: string,
  closed: ReadonlyMap<string, string>,
  cleared: ReadonlyMap<string, string>,
): DayDifference[] {
  const names = [...new Set([...closed.keys(), ...cleared.keys()])].sort()
  return names.flatMap((name) => {
    const [one = null, other = null] = [closed.get(name), cleared.get(name)]
    return one === other ? [] : [{ what: `${kind}/${name}`, closed: one, cleared: other }]
  })
}
