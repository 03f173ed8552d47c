import { setTimeout as sleep } from 'node:timers/promises'
import type { ClearedPart, ClearJob, Scattered, ScatterJob } from '../../src/index.ts'
import { decodeExact, encodeExact } from './exact-codec.ts'
import { type JobTable, type LeasedJob, openJobTable } from './job-table.ts'
import type { LeaseClient } from './lease-client.ts'

/** `ClearingWorkers` that hear which run a job belongs to. */
export interface RunWorkers {
  scatter(job: ScatterJob, run: string): Promise<Scattered>
  clear(job: ClearJob, run: string): Promise<ClearedPart>
}

/** Who works, with what, and until when. */
export interface WorkerOptions {
  readonly client: LeaseClient
  /** Does the jobs: threads (`startClearingPool`), so that leases are renewed meanwhile. */
  readonly workers: RunWorkers
  /** Name of this process among all. */
  readonly owner: string
  /** Jobs at a time. */
  readonly slots: number
  /** How long a job is kept without a sign of life. */
  readonly leaseS?: number
  readonly pollMs?: number
  /** Ends the worker; jobs that it has are done first. */
  readonly signal: AbortSignal
  /** Hears of every job that begins. */
  readonly told?: (job: Pick<LeasedJob, 'kind' | 'item'>) => void
}

/** Claims jobs of clearing runs and does them until told to stop. */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { client, workers, owner, slots, signal } = options
  const { leaseS = 30, pollMs = 100, told = () => undefined } = options
  const table = await openJobTable(client)
  const sharedOf = createSharedBytes(table)

  async function work(job: LeasedJob): Promise<unknown> {
    const input = decodeExact(job.input)
    if (job.shared === null) return await workers.scatter(input as ScatterJob, job.run)
    const rest = input as Omit<ClearJob, 'delivered'>
    return await workers.clear({ ...rest, delivered: await sharedOf(job.shared) }, job.run)
  }

  async function attempt(job: LeasedJob): Promise<void> {
    const renewal = setInterval(
      // A renewal that fails is no fault of the job: another one may take it, and does the same.
      () => void table.renew(job.id, owner, leaseS).catch(() => undefined),
      (leaseS * 1_000) / 3,
    )
    let result: Uint8Array
    try {
      result = encodeExact(await work(job))
    } catch (error) {
      return await table.giveBack(job.id, owner, String(error))
    } finally {
      clearInterval(renewal)
    }
    await table.complete(job.id, owner, result)
  }

  async function slot(): Promise<void> {
    while (!signal.aborted) {
      const job = await table.claim(owner, leaseS)
      if (job === undefined) {
        await sleep(pollMs, undefined, { signal }).catch(() => undefined)
        continue
      }
      told(job)
      await attempt(job)
    }
  }

  await Promise.all(Array.from({ length: slots }, slot))
}

/** Bytes that a day's jobs have in common: fetched once, in memory that threads share. */
function createSharedBytes(table: JobTable): (hash: string) => Promise<Uint8Array> {
  let last: { readonly hash: string; readonly bytes: Promise<Uint8Array> } | undefined
  const fetched = async (hash: string) => {
    const stored = await table.shared(hash)
    const bytes = new Uint8Array(new SharedArrayBuffer(stored.length))
    bytes.set(stored)
    return bytes
  }
  return (hash) => {
    if (last?.hash !== hash) last = { hash, bytes: fetched(hash) }
    return last.bytes
  }
}
