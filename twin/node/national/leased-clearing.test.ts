import { once } from 'node:events'
import { createLeasedWorkers, openLeaseClient } from '@unifare/centre/node'
import { startTestPostgres } from '@unifare/core/testing'
import { expect, test } from 'vitest'
import { makeLeasedDay } from './testing/leased-day.ts'

test('worker processes clear a day; one is killed over a shard, another takes it, same root', async () => {
  const day = await makeLeasedDay()
  const server = await startTestPostgres()
  const client = openLeaseClient({ urls: [server.url] })
  try {
    const urls = [server.url]
    const workers = await createLeasedWorkers(client, { run: 'first', pollMs: 20 })
    const cleared = day.clear(workers)
    const victim = day.start('victim', { urls, slow: true })
    await victim.line('wrote')
    victim.child.kill('SIGKILL')
    await once(victim.child, 'exit')
    const others = ['one', 'two'].map((owner) => day.start(owner, { urls }))
    expect((await cleared).root).toBe(day.expected.root)
    expect(await cleared).toEqual(day.expected)
    const { rows } = await client.query(
      'select attempts, count(*)::int as jobs from clearing_jobs group by 1 order by 1',
    )
    expect(rows).toEqual([
      { attempts: 1, jobs: day.segments + day.shards - 1 },
      { attempts: 2, jobs: 1 },
    ])

    // Whoever asked for the day may die too: under the same name nothing is done again.
    const again = await createLeasedWorkers(client, { run: 'first', pollMs: 20 })
    expect(await day.clear(again)).toEqual(day.expected)
    for (const { child } of others) {
      child.kill('SIGTERM')
      expect(await once(child, 'exit')).toEqual([0, null])
    }
  } finally {
    await day.stop()
    await client.close()
    await server.stop()
  }
})
