import { join } from 'node:path'
import { type Day, fromUtf8, listSegments, type Storage, segmentStart, utf8 } from '@unifare/core'
import { createFileStorage } from '@unifare/core/node'
import {
  type ClearedSegments,
  type ClearingProgress,
  clearSegments,
  compareDay,
  type DayDifference,
  FIRST_ROOT,
  fileJournal,
  type SegmentDay,
  type StoredDay,
  storeRules,
  writeFileRecords,
} from '../src/index.ts'
import { startClearingPool } from './clearing-pool.ts'
import { openVerifierOf, type WorkerSetup } from './clearing-worker.ts'
import { createFileSpill } from './file-spill.ts'

/** Folders and threads that a centre's days are cleared with. */
export interface StoredClearingOptions {
  readonly centre: string
  /** Folder of the centre's intake journal: it is only read. */
  readonly journalDir: string
  /** Folder of the cleared days, created when missing. */
  readonly dir: string
  readonly threads: number
  /** Verifier of a day, by the content of its issuer keys. */
  readonly verifier: (
    issuerKeys: unknown,
  ) => Pick<WorkerSetup, 'verifierModule' | 'verifierOptions'>
}

/** A closed day that was cleared again from its segments. */
export interface ClearedStoredDay {
  readonly cleared: ClearedSegments
  readonly segments: number
  /** Where its close said something else. */
  readonly differences: readonly DayDifference[]
}

/** What the next day needs of a cleared one. */
interface Summary {
  readonly day: Day
  readonly root: string
  /** Root of the close that it was compared with: another close makes it worthless. */
  readonly closedRoot: string
}

const SUMMARY = 'summary-'
const DELIVERED = 'delivered-'
const INTAKE = 'intake'

/** Opens the folder of a centre's cleared days. */
export async function openStoredClearing(options: StoredClearingOptions) {
  const { journalDir, dir } = options
  const storage = await createFileStorage(dir)
  const journals = await createFileStorage(journalDir)
  return {
    /** Whether a day was cleared before, under the root of its close. */
    async isCleared(day: Day, closedRoot: string): Promise<boolean> {
      return (await summaryOf(storage, day))?.closedRoot === closedRoot
    },
    /** Clears a day; all that were closed before it, oldest first, are cleared already. */
    clear: (stored: StoredDay, closedDays: readonly Day[], progress?: ClearingProgress) =>
      clearStored({ storage, journals, closedDays, progress }, stored, options),
  }
}

async function clearStored(
  tools: {
    readonly storage: Storage
    readonly journals: Storage
    readonly closedDays: readonly Day[]
    readonly progress: ClearingProgress | undefined
  },
  stored: StoredDay,
  options: StoredClearingOptions,
): Promise<ClearedStoredDay> {
  const { storage, journals, closedDays, progress } = tools
  const { centre, journalDir, dir, threads } = options
  const { day, rules, from, until, refused, orders, refunded, closed } = stored
  await storeRules(storage, rules)
  await writeFileRecords(storage, stored.files, { day, centre })
  const taken = await segmentsBetween(journals, { from, until })
  const segments: SegmentDay['segments'] = [
    ...taken.map((segment) => ({ journal: INTAKE, segment, from, until, refused })),
    ...(await listSegments(storage, fileJournal(day))).map((segment) => ({
      journal: fileJournal(day),
      segment,
      from: 0,
      until: Number.MAX_SAFE_INTEGER,
      refused: [],
    })),
  ]
  const before = closedDays.at(-1)
  const last = before === undefined ? undefined : await summaryOf(storage, before)
  const delivered = before === undefined ? undefined : await storage.read(`${DELIVERED}${before}`)
  const spillDir = join(dir, 'spill')
  const spill = await createFileSpill(spillDir)
  const verifier = options.verifier(stored.issuerKeys)
  // What is wrong with the keys is said here, once: a token counts every wrong PIN.
  await openVerifierOf(verifier)
  const setup = { storageDir: dir, journalDir, spillDir, ...verifier }
  const workers = startClearingPool(setup, threads)
  try {
    const cleared = await clearSegments(
      {
        day,
        centre,
        previousRoot: last?.root ?? FIRST_ROOT,
        closedDays,
        segments,
        shards: shardsFor(segments.length),
        orders,
        refunded,
        ...(delivered && { deliveredBefore: delivered }),
      },
      { workers, spill, ...(progress && { progress }) },
    )
    await storage.replace(`${DELIVERED}${day}`, cleared.delivered)
    const summary: Summary = { day, root: cleared.root, closedRoot: closed.root }
    await storage.replace(`${SUMMARY}${day}`, utf8(JSON.stringify(summary)))
    const differences = await compareDay(storage, cleared, closed)
    return { cleared, segments: segments.length, differences }
  } finally {
    await workers.close()
  }
}

/** Numbers of the intake's segments that hold records of a day. */
async function segmentsBetween(
  journals: Storage,
  { from, until }: { readonly from: number; readonly until: number },
): Promise<number[]> {
  const numbers = await listSegments(journals, INTAKE)
  const starts = await Promise.all(
    numbers.map((segment) => segmentStart(journals, INTAKE, segment)),
  )
  return numbers.filter(
    (_, i) => (starts[i] ?? 0) < until && (starts[i + 1] ?? Number.POSITIVE_INFINITY) > from,
  )
}

/** A shard is as small as fits the caches of a core. */
function shardsFor(segments: number): number {
  return Math.min(256, Math.max(4, segments * 8))
}

async function summaryOf(storage: Storage, day: Day): Promise<Summary | undefined> {
  const bytes = await storage.read(`${SUMMARY}${day}`)
  return bytes && (JSON.parse(fromUtf8(bytes)) as Summary)
}
