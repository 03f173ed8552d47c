import { once } from 'node:events'
import { createLeasedWorkers, openLeaseClient } from '@unifare/centre/node'
import { expect, test } from 'vitest'
import { makeLeasedDay } from './testing/leased-day.ts'
import { startPostgresPair } from './testing/postgres-pair.ts'

test('the primary is killed over a day: the standby has all that was told, and the day its root', async () => {
  const day = await makeLeasedDay()
  const pair = await startPostgresPair()
  const client = openLeaseClient({ urls: pair.urls })
  const writer = await startWriter(client)
  try {
    const workers = await createLeasedWorkers(client, { run: 'day', pollMs: 20 })
    let done = 0
    const cleared = day.clear(workers, () => {
      done += 1
    })
    const slow = day.start('slow', { urls: pair.urls, slow: true })
    await slow.line('wrote')
    expect(done).toBe(day.segments)
    await pair.killPrimary()
    // Its worker's machine is lost with it.
    slow.child.kill('SIGKILL')
    await once(slow.child, 'exit')
    const told = writer.told()
    expect(told).toBeGreaterThan(0)
    pair.promote()
    day.start('heir', { urls: pair.urls })
    expect((await cleared).root).toBe(day.expected.root)
    await writer.stop()
    const { rows } = await client.query('select count(*)::int as kept from told where n <= $1', [
      writer.told(),
    ])
    expect(rows).toEqual([{ kept: writer.told() }])
    expect(writer.told()).toBeGreaterThan(told)
    // What was done before was not done again.
    const { rows: jobs } = await client.query(
      'select kind, sum(attempts)::int as attempts from clearing_jobs group by 1 order by 1',
    )
    expect(jobs).toEqual([
      { kind: 'clear', attempts: day.shards + 1 },
      { kind: 'scatter', attempts: day.segments },
    ])
  } finally {
    await writer.stop()
    await day.stop()
    await client.close()
    await pair.stop()
  }
})

/** Writes numbers, one commit each, and knows the last one that it was told is kept. */
async function startWriter(client: ReturnType<typeof openLeaseClient>) {
  await client.query('create table told (n integer primary key)')
  let last = 0
  let going = true
  const written = (async () => {
    while (going) {
      await client.query('insert into told values ($1) on conflict do nothing', [last + 1])
      last += 1
    }
  })()
  return {
    told: () => last,
    async stop() {
      going = false
      await written
    },
  }
}
