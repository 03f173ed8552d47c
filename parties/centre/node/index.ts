export { type ClearingPool, startClearingPool } from './clearing-pool.ts'
export type { WorkerSetup } from './clearing-worker.ts'
export { createFileSpill } from './file-spill.ts'
