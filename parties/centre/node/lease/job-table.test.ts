import { startTestPostgres, type TestPostgres } from '@unifare/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type JobTable, openJobTable } from './job-table.ts'
import { openLeaseClient } from './lease-client.ts'
import { createLeasedWorkers } from './leased-workers.ts'
import { runWorker } from './run-worker.ts'

let server: TestPostgres
let client: ReturnType<typeof openLeaseClient>
let table: JobTable

beforeAll(async () => {
  server = await startTestPostgres()
  client = openLeaseClient({ urls: [server.url] })
  table = await openJobTable(client)
})

afterAll(async () => {
  await client.close()
  await server.stop()
})

const bytes = (text: string) => new TextEncoder().encode(text)
const jobOf = (run: string, item = '0') => ({ run, kind: 'clear' as const, item })
const add = (run: string, item?: string) =>
  table.add(jobOf(run, item), { input: bytes('in'), shared: null })

/** A lease of no time: it has run out when the next one asks. */
const OVER = 0

describe('the job table', () => {
  test('hands every job to one of many who claim at once', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, (_, i) => add('many', String(i))))
    const claimed = await Promise.all(ids.map((_, i) => table.claim(`w${i}`, 60)))
    expect(new Set(claimed.map((job) => job?.id))).toEqual(new Set(ids))
    expect(await table.claim('late', 60)).toBeUndefined()
    await table.forget('many')
  })

  test('a lease that ran out goes to another; the same result from both is one', async () => {
    const id = await add('over')
    expect((await table.claim('dead', OVER))?.id).toBe(id)
    expect((await table.claim('heir', 60))?.id).toBe(id)
    await table.complete(id, 'heir', bytes('out'))
    await table.complete(id, 'dead', bytes('out'))
    expect(await table.ended([id])).toEqual([{ id, state: 'done', result: Buffer.from('out') }])
    await expect(table.complete(id, 'dead', bytes('other'))).rejects.toMatchObject({
      code: 'lease.differs',
    })
  })

  test('a lease that is renewed stays; who lost it renews and gives back nothing', async () => {
    const id = await add('renewed')
    await table.claim('first', OVER)
    await table.renew(id, 'first', 60)
    expect(await table.claim('second', 60)).toBeUndefined()
    await table.giveBack(id, 'other', 'not mine')
    expect(await table.claim('second', 60)).toBeUndefined()
    await table.complete(id, 'first', bytes('out'))
  })

  test('a job that was added stays as it is; another input under its name is refused', async () => {
    const id = await add('again')
    expect(await add('again')).toBe(id)
    await expect(
      table.add(jobOf('again'), { input: bytes('else'), shared: null }),
    ).rejects.toMatchObject({ code: 'lease.other-input' })
    await table.forget('again')
  })

  test('a job whose workers die again and again fails', async () => {
    const id = await add('deadly')
    let claims = 0
    while ((await table.claim('victim', OVER)) !== undefined) claims += 1
    expect(claims).toBe(5)
    expect(await table.ended([id])).toMatchObject([{ id, state: 'failed' }])
  })

  test('the fault of a job reaches who asked for it, after it was tried several times', async () => {
    let tries = 0
    const broken = async () => {
      tries += 1
      throw new TypeError('no such file')
    }
    const stop = new AbortController()
    const worker = runWorker({
      client,
      workers: { scatter: broken, clear: broken },
      owner: 'w',
      slots: 1,
      pollMs: 5,
      signal: stop.signal,
    })
    const asked = await createLeasedWorkers(client, { run: 'broken', pollMs: 5 })
    const job = {
      shard: 0,
      shards: 1,
      parts: [],
      shares: [],
      refunded: [],
      conflicts: [],
      day: '2026-11-20',
      run: '',
      closedDays: [],
    } as const
    await expect(asked.clear({ ...job, delivered: new Uint8Array(3) })).rejects.toMatchObject({
      code: 'lease.failed',
      message: 'TypeError: no such file',
    })
    expect(tries).toBe(5)
    // Who asks again has it tried again: what was in its way may be mended.
    await expect(asked.clear({ ...job, delivered: new Uint8Array(3) })).rejects.toMatchObject({
      code: 'lease.failed',
    })
    expect(tries).toBe(10)
    await asked.forget()
    stop.abort()
    await worker
    const { rows } = await client.query('select count(*)::int as left from clearing_shared')
    expect(rows).toEqual([{ left: 0 }])
  })
})

test('a database that cannot be reached is told with what every address said, without passwords', async () => {
  const unknown = server.url.replace('/postgres?', '/nobody?').replace('@', ':secret@')
  const refused = 'postgres://me:secret@127.0.0.1:1/jobs'
  const lost = openLeaseClient({ urls: [unknown, refused], patienceMs: 500 })
  await expect(lost.query('select 1')).rejects.toMatchObject({
    code: 'repository.unreachable',
    message: expect.stringMatching(
      /^no primary can be reached; .*\/nobody: database "nobody" does not exist; 127\.0\.0\.1:1\/jobs: .*ECONNREFUSED/,
    ) as string,
  })
  await expect(lost.query('select 1')).rejects.not.toThrow('secret')
  await lost.close()
})
