import type { Day, Hashes, Storage, Tx } from '@unifare/core'
import { isRefusal } from '@unifare/tap'
import type { ClosingDay } from '../day-outcome.ts'
import { type ClearedInput, clearInput, isCleared } from '../engine/clear-input.ts'
import { createShardClearer } from '../engine/clear-job.ts'
import type { ClearingWorkers } from '../engine/clear-segments.ts'
import { type DayInput, readDayInput } from '../engine/day-input.ts'
import { createScatterer } from '../engine/scatter-job.ts'
import { type ClosedDay, daysOnDisk, openClosedDay } from '../engine/shard-file.ts'
import { createMemorySpill, type Spill } from '../engine/spill.ts'
import { closingPlaces, placesOf, readStoredDay } from '../engine/stored-day.ts'
import type { Verifier } from '../evidence.ts'
import type { OrderMove } from '../order-moves.ts'
import { days } from '../tables.ts'
import { mending } from './mend-files.ts'

/** How a centre clears its days from the segments of its own journal. */
export interface SegmentClearing {
  /** Who does the jobs of a day, on the centre's own storage; its own thread when not given. */
  readonly workers?: ClearingWorkers
  /** Where they set files aside; needed with workers, in memory without. */
  readonly spill?: Spill
  /** Charges that are written at once, about; 2,000 unless given. */
  readonly pageCharges?: number
}

/** What clearing by segments needs of the centre that it belongs to. */
export interface SegmentTools {
  readonly centre: string
  readonly storage: Storage
  readonly hashes: Hashes
  readonly clearing: SegmentClearing
}

/** A day that is cleared, and its files. */
export interface SegmentsDay {
  readonly cleared: ClearedInput
  readonly moves: readonly OrderMove[]
  readonly closed: ClosedDay
}

/**
 * Clears a day of a centre's own journal, that closes now or is closed. Days before it that its
 * storage does not have, because they were closed with objects or the files are lost or damaged,
 * come first.
 */
export async function clearOwnDay(tx: Tx, day: OwnDay, tools: SegmentTools): Promise<SegmentsDay> {
  return mending(tools.storage, () => clearDays(tx, day, tools))
}

type OwnDay = Omit<ClosingDay, 'centre' | 'fileRecordsMax'> & { readonly isClosed: boolean }

async function clearDays(tx: Tx, day: OwnDay, tools: SegmentTools): Promise<SegmentsDay> {
  const { centre, storage } = tools
  const before = (await tx.select(days, {})).filter((row) => row.day < day.day)
  const clear = clearerOf(tools, day.verifier)
  const closes = await closingPlaces(tx, centre)
  const onDisk = await daysOnDisk(storage)
  for (const [index, row] of before.entries()) {
    // A close that was refused may have left files of another range.
    const places = placesOf(closes, row.day)
    if (onDisk.has(row.day) && (await isCleared(storage, { day: row.day, ...places }))) continue
    const read = noRefusal(row.day, readStoredDay)
    const stored = await read(tx, { centre, day: row.day, storage })
    await clear(
      stored,
      row.previousRoot,
      before.slice(0, index).map((one) => one.day),
    )
  }
  const { rules, isClosed } = day
  const { segments: places = { from: 0, until: 0 } } = rules
  const read = noRefusal(day.day, readDayInput)
  const input = await read(tx, { day: day.day, rules, ...places, isClosed, storage })
  const cleared = await clear(
    input,
    day.previousRoot,
    before.map((one) => one.day),
  )
  return {
    cleared,
    moves: input.orders,
    closed: await noRefusal(day.day, openClosedDay)(storage, day.day),
  }
}

function clearerOf({ centre, storage, hashes, clearing }: SegmentTools, verifier: Verifier) {
  const { spill = createMemorySpill() } = clearing
  const own = { storage, spill, hashes, verifier }
  const { workers, idle } = ended(
    clearing.workers ?? { scatter: createScatterer(own), clear: createShardClearer(own) },
  )
  return async (input: DayInput, previousRoot: string, closedDays: readonly Day[]) => {
    try {
      return await clearInput(
        input,
        { centre, previousRoot, closedDays },
        { storage, workers, spill },
      )
    } catch (error) {
      // What is still at work writes files of names that the next attempt writes, too.
      await idle()
      throw asFault(input.day, error)
    }
  }
}

/** Work on a day that was taken in: what it refuses with is a fault. */
export function noRefusal<Args extends readonly unknown[], Result>(
  day: Day,
  work: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    try {
      return await work(...args)
    } catch (error) {
      throw asFault(day, error)
    }
  }
}

/** What was taken in is refused no more: workers, files or keys failed, and the order waits. */
function asFault(day: Day, error: unknown): unknown {
  if (!isRefusal(error)) return error
  return new Error(`${day} could not be cleared: ${error.message}`, { cause: error })
}

/** The same workers, and a way to wait until they have ended whatever they were given. */
function ended(workers: ClearingWorkers): {
  readonly workers: ClearingWorkers
  readonly idle: () => Promise<void>
} {
  const given = new Set<Promise<unknown>>()
  const watched = <Result>(work: Promise<Result>): Promise<Result> => {
    const known: Promise<unknown> = work.catch(() => undefined).then(() => given.delete(known))
    given.add(known)
    return work
  }
  return {
    workers: {
      scatter: (job) => watched(workers.scatter(job)),
      clear: (job) => watched(workers.clear(job)),
    },
    async idle() {
      await Promise.all(given)
    },
  }
}
