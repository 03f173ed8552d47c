import { Piscina } from 'piscina'
import type { ClearedPart, ClearingWorkers, Scattered } from '../src/index.ts'
import type { WorkerJob, WorkerSetup } from './clearing-worker.ts'

/** Threads that clear. */
export interface ClearingPool extends ClearingWorkers {
  close(): Promise<void>
}

/** Starts so many threads; each opens its own keys and files with its first job. */
export function startClearingPool(setup: WorkerSetup, threads: number): ClearingPool {
  const pool = new Piscina<WorkerJob, Scattered | ClearedPart>({
    filename: new URL('./clearing-worker.ts', import.meta.url).href,
    name: 'work',
    minThreads: threads,
    maxThreads: threads,
    // One is worked on while the file of the one before becomes durable.
    concurrentTasksPerWorker: 2,
    // A job is a segment or a shard: waiting by turns costs more than it saves.
    atomics: 'disabled',
  })
  return {
    scatter: async (job) => (await pool.run({ kind: 'scatter', setup, job })) as Scattered,
    clear: async (job) => (await pool.run({ kind: 'clear', setup, job })) as ClearedPart,
    close: () => pool.destroy(),
  }
}
