import { join } from 'node:path'
import {
  type ClearedSegments,
  type ClearingProgress,
  clearSegments,
  FIRST_ROOT,
} from '@unifare/centre'
import { createFileSpill, startClearingPool } from '@unifare/centre/node'
import { listSegments } from '@unifare/core'
import { createFileStorage } from '@unifare/core/node'
import { nodeJournal } from '../../src/national/national-journal.ts'
import { NATIONAL_CENTRE, type NationalPlan } from '../../src/national/national-plan.ts'

/** Shards that a day of so many segments is cleared in: as small as fits the caches of a core. */
export function shardsFor(segments: number): number {
  return Math.min(256, Math.max(4, segments * 8))
}

/** Opens the clearing of a generated day; threads and keys are ready before the first call. */
export async function openNationalClearing(options: {
  readonly plan: NationalPlan
  readonly dir: string
  readonly threads: number
}) {
  const { plan, dir, threads } = options
  const storage = await createFileStorage(dir)
  const spillDir = join(dir, 'spill')
  const spill = await createFileSpill(spillDir)
  const workers = startClearingPool(
    {
      storageDir: dir,
      spillDir,
      verifierModule: new URL('./national-verifier.ts', import.meta.url).href,
      verifierOptions: { seed: plan.seed },
    },
    threads,
  )
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
    close: () => workers.close(),
  }
}
