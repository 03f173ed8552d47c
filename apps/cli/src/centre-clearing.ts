import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { SegmentClearing } from '@unifare/centre'
import { type ClearingPool, createFileSpill, startClearingPool } from '@unifare/centre/node'
import { DEMONSTRATION_VERIFIER, type DemonstrationVerifierOptions } from '@unifare/twin/node'
import { institutionDir } from './party-storage.ts'

/** Threads that clear a centre's days by segments, in its own folder. */
export interface CentreClearing {
  readonly clearing: SegmentClearing
  close(): Promise<void>
}

/**
 * Opens the clearing of a demonstration's centre; its threads start with the first close. The keys are
 * those of the `centre` that has them for all, where there are several.
 */
export async function openCentreClearing(
  id: string,
  { dataDir, ...options }: DemonstrationVerifierOptions & { readonly dataDir: string },
): Promise<CentreClearing> {
  const storageDir = institutionDir(dataDir, id)
  const spillDir = join(storageDir, 'spill')
  const setup = {
    storageDir,
    spillDir,
    verifierModule: DEMONSTRATION_VERIFIER,
    verifierOptions: options,
  }
  let pool: ClearingPool | undefined
  const open = () => {
    pool ??= startClearingPool(setup, availableParallelism())
    return pool
  }
  return {
    clearing: {
      workers: { scatter: (job) => open().scatter(job), clear: (job) => open().clear(job) },
      spill: await createFileSpill(spillDir),
    },
    close: async () => pool?.close(),
  }
}
