import { UnifareError } from '@unifare/core'
import { Piscina } from 'piscina'
import type { ClearedPart, ClearingWorkers, Scattered } from '../src/index.ts'
import type { WorkerAnswer, WorkerJob, WorkerSetup } from './clearing-worker.ts'

/** Threads that clear. */
export interface ClearingPool extends ClearingWorkers {
  close(): Promise<void>
}

/**
 * Starts so many threads; each opens its own keys and files with its first job. What a
 * job refuses with (a full disk, `storage.full`) is thrown with its code.
 */
export function startClearingPool(setup: WorkerSetup, threads: number): ClearingPool {
  const pool = new Piscina<WorkerJob, WorkerAnswer>({
    filename: new URL('./clearing-worker.ts', import.meta.url).href,
    name: 'work',
    minThreads: threads,
    maxThreads: threads,
    // One is worked on while the file of the one before becomes durable.
    concurrentTasksPerWorker: 2,
    // A job is a segment or a shard: waiting by turns costs more than it saves.
    atomics: 'disabled',
  })
  async function run(job: WorkerJob): Promise<Scattered | ClearedPart> {
    const answer = await pool.run(job)
    if ('result' in answer) return answer.result
    throw new UnifareError(answer.refused.code, answer.refused.message)
  }
  return {
    scatter: async (job) => (await run({ kind: 'scatter', setup, job })) as Scattered,
    clear: async (job) => (await run({ kind: 'clear', setup, job })) as ClearedPart,
    close: () => pool.destroy(),
  }
}
