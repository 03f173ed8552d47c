import { join } from 'node:path'
import {
  type ClearedSegments,
  type ClearingProgress,
  type ClearingWorkers,
  clearSegments,
  FIRST_ROOT,
} from '@unifare/centre'
import { type ClearingPool, createFileSpill, startClearingPool } from '@unifare/centre/node'
import { listSegments } from '@unifare/core'
import { createFileStorage } from '@unifare/core/node'
import { nodeJournal } from '../../src/national/national-journal.ts'
import { NATIONAL_CENTRE, type NationalPlan } from '../../src/national/national-plan.ts'

/** Shards that a day of so many segments is cleared in: as small as fits the caches of a core. */
export function shardsFor(segments: number): number {
  return Math.min(256, Math.max(4, segments * 8))
}

/** Opens the clearing of a generated day by threads of this process, or by other workers. */
export async function openNationalClearing(options: {
  readonly plan: NationalPlan
  readonly dir: string
  readonly threads?: number
  readonly others?: ClearingWorkers
}) {
  const { plan, dir, threads = 1, others } = options
  const storage = await createFileStorage(dir)
  const spillDir = join(dir, 'spill')
  const spill = await createFileSpill(spillDir)
  const setup = {
    storageDir: dir,
    spillDir,
    verifierModule: new URL('./national-verifier.ts', import.meta.url).href,
    verifierOptions: { seed: plan.seed },
  }
  const workers: ClearingWorkers & Partial<Pick<ClearingPool, 'close'>> =
    others ?? startClearingPool(setup, threads)
  const segments: { readonly journal: string; readonly segment: number }[] = []
  for (let node = 0; node < plan.nodes; node++) {
    const journal = nodeJournal(node)
    for (const segment of await listSegments(storage, journal)) segments.push({ journal, segment })
  }
  return {
    segments: segments.length,
    storage,
    /** Clears the first so many segments, all unless told otherwise. */
    clear(of: number = segments.length, progress?: ClearingProgress): Promise<ClearedSegments> {
      const own = segments.slice(0, of)
      return clearSegments(
        {
          day: plan.day,
          centre: NATIONAL_CENTRE,
          previousRoot: FIRST_ROOT,
          closedDays: [],
          segments: own.map((one) => ({
            ...one,
            from: 0,
            until: Number.MAX_SAFE_INTEGER,
            refused: [],
          })),
          shards: shardsFor(own.length),
        },
        { workers, spill, ...(progress && { progress }) },
      )
    },
    /** Ends its own threads. */
    async close() {
      if (others === undefined) await workers.close?.()
    },
  }
}
