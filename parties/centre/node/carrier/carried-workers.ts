import { segmentName, UnifareError } from '@unifare/core'
import {
  type ClearedPart,
  type ClearingWorkers,
  type ClearJob,
  feesFile,
  rulesFile,
  type Scattered,
  type ScatterJob,
  type Spill,
  shardFile,
} from '../../src/index.ts'
import { decodeExact } from '../lease/exact-codec.ts'
import type { JobTable } from '../lease/job-table.ts'
import type { RunWorkers } from '../lease/run-worker.ts'
import type { CarriedFiles } from './carried-files.ts'
import type { FileReceiver } from './file-receiver.ts'
import type { FileSender } from './file-sender.ts'

/**
 * Clears in a folder of its own. A job waits until what it reads has arrived there: its segment, the
 * rules, the days before. What another worker set aside is made here again, from the segment: that
 * costs less than to carry it. Their folder for it is of this process alone. A shard counts as done when so many others have its file on disk too.
 * Jobs of one run at a time: another run's wait for them.
 */
export function createCarriedWorkers(options: {
  /** Threads that work in the folder. */
  readonly workers: ClearingWorkers
  readonly table: JobTable
  readonly files: CarriedFiles
  readonly receiver: FileReceiver
  readonly sender: FileSender
  /** Where the threads set aside; what a run left there goes when the next one begins. */
  readonly spill: Pick<Spill, 'remove'>
  /** 1 unless told otherwise. */
  readonly copies?: number
}): RunWorkers {
  const { workers, table, files, receiver, sender, spill, copies = 1 } = options
  const runs = createRuns(async ({ made }) => {
    for (const one of made.values()) {
      const scattered = await one.catch(() => undefined)
      if (scattered !== undefined) await spill.remove(scattered.file)
    }
  })

  async function scattered(job: ScatterJob, { made }: Run): Promise<Scattered> {
    const item = `${job.journal}-${job.segment}`
    const making = made.get(item) ?? make(job)
    made.set(item, making)
    // What failed is not kept: it is tried again.
    making.catch(() => made.delete(item))
    return await making
  }

  async function make(job: ScatterJob): Promise<Scattered> {
    await receiver.has(segmentName(job.journal, job.segment))
    return await workers.scatter(job)
  }

  /** What every shard of a day reads. */
  async function prepared(job: ClearJob, run: Run): Promise<void> {
    await receiver.has(rulesFile(job.day))
    for (const day of job.closedDays) {
      await receiver.has(feesFile(day))
      for (const name of await closedFiles(files, day)) await receiver.has(name)
    }
    const inputs = await table.inputs(run.name, 'scatter')
    await Promise.all(inputs.map((input) => scattered(decodeExact(input) as ScatterJob, run)))
  }

  return {
    scatter: (job, name) => runs.within(name, (run) => scattered(job, run)),
    clear: (job, name) =>
      runs.within(name, async (run): Promise<ClearedPart> => {
        run.prepared ??= prepared(job, run)
        await run.prepared.catch((error: unknown) => {
          run.prepared = undefined
          throw error
        })
        const part = await workers.clear(job)
        const file = shardFile(job.day, job.shard, job.shards)
        await sender.send(file)
        await sender.held(file, copies)
        return part
      }),
  }
}

/** A run as this process knows it. */
interface Run {
  readonly name: string
  /** Segments that were set aside for it here. */
  readonly made: Map<string, Promise<Scattered>>
  prepared?: Promise<void> | undefined
  /** What the run before left is gone. */
  begun?: Promise<void> | undefined
}

/** Files that are set aside have the same names in every run: one run at a time. */
function createRuns(over: (run: Run) => Promise<void>) {
  let current: Run | undefined
  let active = 0
  let turns: (() => void)[] = []

  async function enter(name: string): Promise<Run> {
    while (active > 0 && current?.name !== name) {
      await new Promise<void>((resolve) => turns.push(resolve))
    }
    active += 1
    if (current?.name === name) return current
    const before = current
    const run: Run = { name, made: new Map() }
    current = run
    run.begun = before && over(before)
    return run
  }

  return {
    async within<Result>(name: string, work: (run: Run) => Promise<Result>): Promise<Result> {
      const run = await enter(name)
      try {
        await run.begun
        return await work(run)
      } finally {
        active -= 1
        const waiting = turns
        turns = []
        for (const turn of waiting) turn()
      }
    },
  }
}

async function closedFiles(files: CarriedFiles, day: string): Promise<string[]> {
  const names = await files.names(`closed-${day}-`)
  const shards = Number(/-of-(\d+)$/.exec(names[0] ?? '')?.[1])
  if (names.length !== shards) {
    throw new UnifareError('centre.no-closed-day', `the files of ${day} were not sent`, { day })
  }
  return names
}
