import { setTimeout as sleep } from 'node:timers/promises'
import { UnifareError } from '@unifare/core'
import type { ClearedPart, ClearingWorkers, Scattered } from '../../src/index.ts'
import { decodeExact, encodeExact } from './exact-codec.ts'
import { type JobName, type JobTable, openJobTable } from './job-table.ts'
import type { LeaseClient } from './lease-client.ts'

/** Workers of any number of machines, behind a job table. */
export interface LeasedWorkers extends ClearingWorkers {
  /** Forgets the run's jobs and results, once the day is closed. */
  forget(): Promise<void>
}

interface Waiting {
  resolve(result: Uint8Array): void
  reject(error: unknown): void
}

/**
 * Hands a day's jobs to whoever works on them (`runWorker`) and waits for the results. A run's name
 * stands for everything that jobs do not carry themselves: day, rules, state before it. Given again
 * with the same name, after a crash, it takes up what is done already. Jobs reject with
 * `lease.failed` when they could not be done several times.
 */
export async function createLeasedWorkers(
  client: LeaseClient,
  options: { readonly run: string; readonly pollMs?: number },
): Promise<LeasedWorkers> {
  const { run, pollMs = 100 } = options
  const table = await openJobTable(client)
  const wait = createWaiting(table, pollMs)
  let common: { readonly bytes: Uint8Array; readonly hash: Promise<string> } | undefined

  async function ask(name: JobName, input: unknown, shared: string | null): Promise<unknown> {
    const id = await table.add(name, { input: encodeExact(input), shared })
    return decodeExact(await wait(id))
  }

  return {
    async scatter(job) {
      const item = `${job.journal}-${job.segment}`
      return (await ask({ run, kind: 'scatter', item }, job, null)) as Scattered
    },
    async clear({ delivered, ...job }) {
      if (common?.bytes !== delivered) common = { bytes: delivered, hash: table.share(delivered) }
      const item = `${job.shard}-of-${job.shards}`
      return (await ask({ run, kind: 'clear', item }, job, await common.hash)) as ClearedPart
    },
    forget: () => table.forget(run),
  }
}

/** Waits for jobs to end: one question for all of them at a time. */
function createWaiting(table: JobTable, pollMs: number) {
  const waiting = new Map<string, Waiting>()
  let polling = false

  async function poll(): Promise<void> {
    if (polling) return
    polling = true
    try {
      while (waiting.size > 0) {
        for (const job of await table.ended([...waiting.keys()])) {
          const one = waiting.get(job.id)
          waiting.delete(job.id)
          if (job.state === 'done') one?.resolve(job.result)
          else one?.reject(new UnifareError('lease.failed', job.error, { id: job.id }))
        }
        await sleep(pollMs)
      }
    } catch (error) {
      for (const one of waiting.values()) one.reject(error)
      waiting.clear()
    } finally {
      polling = false
    }
  }

  return (id: string) =>
    new Promise<Uint8Array>((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      void poll()
    })
}
