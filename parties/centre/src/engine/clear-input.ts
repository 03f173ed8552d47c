import { type Day, listSegments, type Storage, segmentStart } from '@unifare/core'
import {
  type ClearedSegments,
  type ClearingProgress,
  type ClearingWorkers,
  clearSegments,
  type SegmentDay,
} from './clear-segments.ts'
import type { DayInput } from './day-input.ts'
import { fileJournal, writeFileRecords } from './file-records.ts'
import { storeRules } from './rules-file.ts'
import type { Spill } from './spill.ts'

/** The journal of a centre's intake. */
export const INTAKE = 'intake'

const DELIVERED = 'delivered-'

/** Where a day is cleared, and by whom. */
export interface InputTools {
  /** Has the intake's segments of the day, and the days before; the cleared day comes into it. */
  readonly storage: Storage
  readonly workers: ClearingWorkers
  readonly spill: Spill
  readonly progress?: ClearingProgress
}

/** What a day is cleared on. */
export interface DayBefore {
  readonly centre: string
  /** Root of the day before; 64 zeros before the first. */
  readonly previousRoot: string
  /** Days that are cleared in the same storage, oldest first. */
  readonly closedDays: readonly Day[]
}

/** A day that was cleared, and from how many segments. */
export interface ClearedInput extends ClearedSegments {
  readonly segments: number
}

/** Clears a day from the intake's segments; done again, it leaves the same bytes. */
export async function clearInput(
  input: DayInput,
  { centre, previousRoot, closedDays }: DayBefore,
  { storage, workers, spill, progress }: InputTools,
): Promise<ClearedInput> {
  const { day, rules, files, orders, refunded } = input
  await storeRules(storage, rules)
  await writeFileRecords(storage, files, { day, centre })
  const segments = await segmentsOf(storage, input)
  const before = closedDays.at(-1)
  const delivered = before === undefined ? undefined : await storage.read(`${DELIVERED}${before}`)
  const cleared = await clearSegments(
    {
      day,
      centre,
      previousRoot,
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
  return { ...cleared, segments: segments.length }
}

/** Whether a day was cleared in a storage to its end. */
export async function isCleared(storage: Storage, day: Day): Promise<boolean> {
  return (await storage.list(`${DELIVERED}${day}`)).length > 0
}

/** Segments of the intake with records of the day, and those of files. */
async function segmentsOf(
  storage: Storage,
  { day, from, until, refused }: DayInput,
): Promise<SegmentDay['segments']> {
  const taken = await segmentsBetween(storage, { from, until })
  const journal = fileJournal(day)
  const filed = await listSegments(storage, journal)
  const all = { journal, from: 0, until: Number.MAX_SAFE_INTEGER, refused: [] }
  return [
    ...taken.map((segment) => ({ journal: INTAKE, segment, from, until, refused })),
    ...filed.map((segment) => ({ ...all, segment })),
  ]
}

/** Numbers of the intake's segments that hold records between two places. */
export async function segmentsBetween(
  storage: Storage,
  { from, until }: { readonly from: number; readonly until: number },
): Promise<number[]> {
  const numbers = await listSegments(storage, INTAKE)
  const starts = await Promise.all(numbers.map((segment) => segmentStart(storage, INTAKE, segment)))
  return numbers.filter(
    (_, i) => (starts[i] ?? 0) < until && (starts[i + 1] ?? Number.POSITIVE_INFINITY) > from,
  )
}

/** A shard is as small as fits the caches of a core. */
function shardsFor(segments: number): number {
  return Math.min(256, Math.max(4, segments * 8))
}
