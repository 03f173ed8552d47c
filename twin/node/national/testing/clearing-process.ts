import { setTimeout as sleep } from 'node:timers/promises'
import { openLeaseClient, runWorker, startClearingPool } from '@unifare/centre/node'

/**
 * A worker process for tests: clears leased jobs in a thread of its own until it is told to end,
 * and prints every job that it begins. One that is slow keeps a shard for long after its files are
 * written, before it says so.
 */
const [dir = '', seed = '', owner = '', leaseS = '', slow = '', ...urls] = process.argv.slice(2)
const pool = startClearingPool(
  {
    storageDir: dir,
    spillDir: `${dir}/spill`,
    verifierModule: new URL('../national-verifier.ts', import.meta.url).href,
    verifierOptions: { seed },
  },
  1,
)
const client = openLeaseClient({ urls })
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())
await runWorker({
  client,
  workers: {
    scatter: (job) => pool.scatter(job),
    async clear(job) {
      const part = await pool.clear(job)
      process.stdout.write(`wrote ${job.shard}\n`)
      if (slow === 'slow') await sleep(60_000)
      return part
    },
  },
  owner,
  slots: 1,
  leaseS: Number(leaseS),
  pollMs: 20,
  signal: stop.signal,
  told: ({ kind, item }) => process.stdout.write(`${kind} ${item}\n`),
})
await client.close()
await pool.close()
