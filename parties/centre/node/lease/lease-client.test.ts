import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { startTestPostgres, type TestPostgres } from '@unifare/core/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { openLeaseClient } from './lease-client.ts'

let server: TestPostgres
const endings: (() => Promise<void>)[] = []

beforeAll(async () => {
  server = await startTestPostgres()
})

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

afterAll(() => server.stop())

/** Something that listens on loopback, and takes every connection as it is told. */
async function listening(take: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const listener = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    take(socket)
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  endings.push(async () => {
    for (const socket of sockets) socket.destroy()
    listener.close()
  })
  const { port } = listener.address() as AddressInfo
  const close = () => void listener.close()
  return { sockets, port, close, url: `postgres://unifare@127.0.0.1:${port}/postgres` }
}

/** The way to the database, on which from some moment on nothing comes back. */
async function silentWay() {
  const folder = new URL(server.url).searchParams.get('host') ?? ''
  let silent = false
  const way = await listening((socket) => {
    const behind = connect(`${folder}/.s.PGSQL.5432`)
    behind.on('error', () => undefined).on('data', (bytes) => silent || socket.write(bytes))
    socket.on('data', (bytes) => silent || behind.write(bytes)).on('close', () => behind.destroy())
  })
  return {
    ...way,
    silence() {
      silent = true
    },
  }
}

function opened(options: Parameters<typeof openLeaseClient>[0]) {
  const client = openLeaseClient(options)
  endings.push(() => client.close())
  return client
}

async function timed(work: Promise<unknown>) {
  const since = performance.now()
  const said = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  return { said, ms: performance.now() - since }
}

describe('a database that takes connections and says nothing', () => {
  test('is passed over for the one that answers', async () => {
    const deaf = await listening(() => undefined)
    const client = opened({ urls: [deaf.url, server.url], answerMs: 300 })
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  test('alone is told when the patience is over, with what it did not do', async () => {
    const deaf = await listening(() => undefined)
    const client = opened({ urls: [deaf.url], patienceMs: 300 })
    const { said, ms } = await timed(client.query('select 1'))
    expect(said).toMatchObject({ code: 'repository.unreachable' })
    expect(ms).toBeLessThan(2_000)
  })
})

describe('a database that falls silent over a question', () => {
  test('is left after the time for an answer, for another that is the primary', async () => {
    const way = await silentWay()
    const client = opened({ urls: [way.url, server.url], answerMs: 300 })
    await client.query('select 1')
    way.silence()
    const { said, ms } = await timed(client.query('select 1'))
    expect(said).toBeUndefined()
    expect(ms).toBeGreaterThan(250)
    expect(ms).toBeLessThan(5_000)
    // Nothing holds the connection, and with it the process, any more.
    await vi.waitUntil(() => way.sockets.size === 0)
  })

  test('and has nobody beside it: the code of a lost one, with the reason', async () => {
    const way = await silentWay()
    const client = opened({ urls: [way.url], answerMs: 200, patienceMs: 100 })
    await client.query('select 1')
    way.silence()
    const { said } = await timed(client.query('select 1'))
    expect(said).toMatchObject({
      code: 'repository.unreachable',
      message: expect.stringMatching(`127.0.0.1:${way.port}/postgres: no answer in`) as string,
    })
  })

  test('keeps nobody who is told to end', async () => {
    const way = await silentWay()
    const stop = new AbortController()
    const client = opened({ urls: [way.url], signal: stop.signal })
    await client.query('select 1')
    way.silence()
    const asked = timed(client.query('select 1'))
    await sleep(100)
    stop.abort()
    const { said, ms } = await asked
    expect(said).toMatchObject({ code: 'repository.unreachable' })
    expect(ms).toBeLessThan(3_000)
  })

  test('is closed all the same, and its questions end', async () => {
    const way = await silentWay()
    const client = openLeaseClient({ urls: [way.url] })
    await client.query('select 1')
    way.silence()
    const asked = timed(client.query('select 1'))
    await sleep(50)
    await client.close()
    const { said, ms } = await asked
    expect(said).toMatchObject({ code: 'repository.unreachable' })
    expect(ms).toBeLessThan(3_000)
    await vi.waitUntil(() => way.sockets.size === 0)
  })
})

test('a connection that is reset under a question is lost, and the process lives', async () => {
  const way = await silentWay()
  const client = opened({ urls: [way.url, server.url] })
  await client.query('select 1')
  way.silence()
  const asked = client.query('select 2 as two')
  await sleep(50)
  for (const socket of way.sockets) socket.resetAndDestroy()
  way.close()
  expect((await asked).rows).toEqual([{ two: 2 }])
})

test('a question that is slow within its time is answered', async () => {
  const client = opened({ urls: [server.url], answerMs: 1_000 })
  expect((await client.query('select pg_sleep(0.3), 1 as one')).rows[0]).toMatchObject({ one: 1 })
})
