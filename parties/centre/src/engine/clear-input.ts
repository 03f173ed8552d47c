import {
  canonicalJson,
  type Day,
  equalBytes,
  listSegments,
  type Storage,
  segmentStart,
  utf8,
} from '@unifare/core'
import { readSummed, replaceSummed } from './checksum.ts'
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
import { encodeShardFile, shardFile, shardFiles } from './shard-file.ts'
import type { Spill } from './spill.ts'

/** The journal of a centre's intake. */
export const INTAKE = 'intake'

const DELIVERED = 'delivered-'
const CLEARED = 'cleared-'

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
  const { day, from, until, rules, files, orders, refunded, conflicts } = input
  await storeRules(storage, rules)
  await writeFileRecords(storage, files, { day, until, centre })
  const segments = await segmentsOf(storage, input)
  const shards = shardsFor(segments.length)
  if (!(await isCleared(storage, input))) await emptyOthers(storage, day, shards)
  const before = closedDays.at(-1)
  const delivered =
    before === undefined ? undefined : await readSummed(storage, `${DELIVERED}${before}`)
  const cleared = await clearSegments(
    {
      day,
      centre,
      // A close that was refused is followed by one under other rules, from behind its order.
      run: `${from}-${until}`,
      previousRoot,
      closedDays,
      segments,
      shards,
      orders,
      refunded,
      conflicts,
      ...(delivered && { deliveredBefore: delivered }),
    },
    { workers, spill, ...(progress && { progress }) },
  )
  await replaceSummed(storage, `${DELIVERED}${day}`, cleared.delivered)
  await storage.replace(`${CLEARED}${day}`, placesText({ from, until }))
  return { ...cleared, segments: segments.length }
}

/** Whether a day was cleared in a storage to its end, from these places of the journal. */
export async function isCleared(
  storage: Storage,
  { day, from, until }: Places & { readonly day: Day },
): Promise<boolean> {
  const kept = await storage.read(`${CLEARED}${day}`)
  return kept !== undefined && equalBytes(kept, placesText({ from, until }))
}

/** Has a day cleared again when it is needed next: its files are not what they were. */
export async function forgetCleared(storage: Storage, day: Day): Promise<void> {
  await storage.replace(`${CLEARED}${day}`, utf8(canonicalJson({})))
}

/** Empties what an attempt on another range left in another number of shards. */
async function emptyOthers(storage: Storage, day: Day, shards: number): Promise<void> {
  const own = new Set(Array.from({ length: shards }, (_, shard) => shardFile(day, shard, shards)))
  const names = await storage.list(shardFiles(day))
  for (const name of names.filter((one) => !own.has(one))) {
    await storage.replace(name, encodeShardFile([]))
  }
}

type Places = Pick<DayInput, 'from' | 'until'>

function placesText({ from, until }: Places): Uint8Array {
  return utf8(canonicalJson({ from, until }))
}

/** Segments of the intake with records of the day, and those of files. */
async function segmentsOf(
  storage: Storage,
  { day, from, until, refused, isRouted }: DayInput,
): Promise<SegmentDay['segments']> {
  const taken = isRouted ? [] : await segmentsBetween(storage, { from, until })
  const journal = fileJournal(day, until)
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
