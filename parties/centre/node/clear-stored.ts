import { copyFile, link, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Day, fromUtf8, type Storage, segmentName, utf8 } from '@unifare/core'
import { createFileStorage } from '@unifare/core/node'
import {
  type ClearedSegments,
  type ClearingProgress,
  type ClearingWorkers,
  clearInput,
  compareDay,
  type DayDifference,
  daysOnDisk,
  FIRST_ROOT,
  INTAKE,
  type StoredDay,
  segmentsBetween,
} from '../src/index.ts'
import { createFileSpill } from './file-spill.ts'

/** Where a centre's days are cleared, and by whom. */
export interface StoredClearingOptions {
  readonly centre: string
  /** Folder of the centre's intake journal: it is only read. */
  readonly journalDir: string
  /** Folder of the cleared days, created when missing; workers see all that they need in it. */
  readonly dir: string
  /** Workers of a run, whose name stands for a day and its close. */
  readonly workersOf: (run: string) => Promise<RunOfDay>
}

/** Who clears one day. */
export interface RunOfDay {
  readonly workers: ClearingWorkers
  /** The day is cleared: nothing of the run is needed any more. */
  end(): Promise<void>
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
  /** Whether it came to what its close said: with other keys it does not, and no day goes on from it. */
  readonly equal: boolean
}

const SUMMARY = 'summary-'

/** Opens the folder of a centre's cleared days. */
export async function openStoredClearing(options: StoredClearingOptions) {
  const { journalDir, dir } = options
  const storage = await createFileStorage(dir)
  const journals = await createFileStorage(journalDir)
  return {
    /**
     * Whether a day was cleared before, under the root of its close, to what that says, and its files
     * are all there.
     */
    async isCleared(day: Day, closedRoot: string): Promise<boolean> {
      const summary = await summaryOf(storage, day)
      const isSame = summary?.closedRoot === closedRoot && summary.equal === true
      return isSame && (await daysOnDisk(storage)).has(day)
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
  const { storage, closedDays, progress } = tools
  const { centre, dir } = options
  const { day, closed } = stored
  await shareSegments(tools, stored, options)
  const before = closedDays.at(-1)
  const last = before === undefined ? undefined : await summaryOf(storage, before)
  const spill = await createFileSpill(join(dir, 'spill'))
  const run = await options.workersOf(`${centre}-${day}-${closed.root.slice(0, 16)}`)
  const cleared = await clearInput(
    stored,
    { centre, previousRoot: closed.previousRoot ?? last?.root ?? FIRST_ROOT, closedDays },
    { storage, workers: run.workers, spill, ...(progress && { progress }) },
  )
  const differences = await compareDay(storage, cleared, closed)
  const equal = differences.length === 0
  const summary: Summary = { day, root: cleared.root, closedRoot: closed.root, equal }
  await storage.replace(`${SUMMARY}${day}`, utf8(JSON.stringify(summary)))
  await run.end()
  return { cleared, segments: cleared.segments, differences }
}

/** Puts the segments of the intake with records of the day where workers look. */
async function shareSegments(
  { journals }: { readonly journals: Storage },
  { from, until }: StoredDay,
  { journalDir, dir }: StoredClearingOptions,
): Promise<void> {
  for (const segment of await segmentsBetween(journals, { from, until })) {
    const name = segmentName(INTAKE, segment)
    await share(join(journalDir, name), join(dir, name))
  }
}

/** The same file in another folder; a copy where folders are on different disks. */
async function share(from: string, to: string): Promise<void> {
  // A copy of a segment that went on since is too short.
  await rm(to, { force: true })
  await link(from, to).catch(() => copyFile(from, to))
}

async function summaryOf(storage: Storage, day: Day): Promise<Summary | undefined> {
  const bytes = await storage.read(`${SUMMARY}${day}`)
  return bytes && (JSON.parse(fromUtf8(bytes)) as Summary)
}
