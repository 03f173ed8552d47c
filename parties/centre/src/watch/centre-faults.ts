import { type Instant, type Tx, table } from '@unifare/core'

/** What can be wrong with a centre's own files. */
export type FaultKind = 'unwritten' | 'damaged-file'

/** Something that is wrong with a centre's own files; no reason to take nothing in. */
export interface CentreFault {
  readonly alarm: FaultKind
  readonly file: string
  /** Whose file it is; empty where it is the centre's own. */
  readonly owner: string
  readonly since: Instant
  /** What was in the way; empty where that is gone. */
  readonly reason: string
}

interface StoredFault extends Omit<CentreFault, 'alarm'> {
  readonly alarm: string
}

const faults = table<StoredFault>({
  name: 'centre_fault',
  columns: { alarm: 'text', file: 'text', owner: 'text', since: 'int', reason: 'text' },
  key: ['alarm', 'file'],
})

/** A fault that there is now. */
export type FoundFault = Pick<CentreFault, 'file' | 'owner' | 'reason'>

/**
 * Notes all faults of a kind that there are: those that were noted before have begun then, those that
 * are over are forgotten. Returns the new ones.
 */
export async function noteFaults(
  tx: Tx,
  {
    alarm,
    found,
    at,
  }: {
    readonly alarm: FaultKind
    readonly found: readonly FoundFault[]
    readonly at: Instant
  },
): Promise<CentreFault[]> {
  const before = new Map((await tx.select(faults, { alarm })).map((row) => [row.file, row]))
  const now = found.map((one) => ({ alarm, ...one, since: before.get(one.file)?.since ?? at }))
  const names = new Set(found.map(({ file }) => file))
  const over = [...before.keys()].filter((file) => !names.has(file))
  if (now.length > 0) await tx.put(faults, now)
  if (over.length > 0) {
    await tx.remove(
      faults,
      over.map((file) => ({ alarm, file })),
    )
  }
  return now.filter(({ file }) => !before.has(file))
}

/** All faults of a centre's own files. */
export async function centreFaults(tx: Tx): Promise<CentreFault[]> {
  return (await tx.select(faults, {})).map((row) => ({ ...row, alarm: row.alarm as FaultKind }))
}
