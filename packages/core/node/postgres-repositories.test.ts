import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { table } from '../src/repository.ts'
import { openPostgresRepositories } from './postgres-repositories.ts'
import { startTestPostgres, type TestPostgres } from './testing/test-postgres.ts'

const counters = table<{ id: string; value: number }>({
  name: 'counters',
  columns: { id: 'text', value: 'int' },
  key: ['id'],
})

let server: TestPostgres
beforeAll(async () => {
  server = await startTestPostgres()
})
afterAll(() => server.stop())

describe('PostgreSQL', () => {
  it('keeps transactions of one institution apart, also from several processes', async () => {
    const databases = await Promise.all(
      [1, 2, 3].map(() => openPostgresRepositories({ url: server.url })),
    )
    const all = await Promise.all(databases.map((database) => database.schema('operator')))
    const increment = (repository: (typeof all)[number]) =>
      repository.transaction(async (tx) => {
        const [row] = await tx.get(counters, [{ id: 'taps' }])
        await tx.put(counters, [{ id: 'taps', value: (row?.value ?? 0) + 1 }])
      })
    await Promise.all(Array.from({ length: 10 }, () => all.map(increment)).flat())
    const rows = await all[0]?.transaction((tx) => tx.select(counters, {}))
    expect(rows).toEqual([{ id: 'taps', value: 30 }])
    await Promise.all(databases.map((database) => database.close()))
  })

  it('never commits half of the work when a failed statement was swallowed', async () => {
    const database = await openPostgresRepositories({ url: server.url })
    const repository = await database.schema('issuer')
    await repository.transaction((tx) => tx.put(counters, [{ id: 'a', value: 1 }]))
    const other = table<{ id: string; text: string }>({
      name: 'counters2',
      columns: { id: 'text', text: 'text' },
      key: ['id'],
    })
    await repository.transaction((tx) => tx.select(other, {}))
    const wrong = table<{ id: string; gone: string }>({
      name: 'counters2',
      columns: { id: 'text', gone: 'text' },
      key: ['id'],
    })
    const later = await database.schema('issuer')
    const swallowing = later.transaction(async (tx) => {
      await tx.put(counters, [{ id: 'b', value: 2 }])
      await tx.select(wrong, {}).catch(() => undefined)
    })
    await expect(swallowing).rejects.toThrow('gone')
    const rows = await repository.transaction((tx) => tx.select(counters, {}))
    expect(rows).toEqual([{ id: 'a', value: 1 }])
    await database.close()
  })

  it('says so when there is no server', async () => {
    await expect(
      openPostgresRepositories({ url: 'postgres://nobody@localhost/x?host=/nowhere' }),
    ).rejects.toMatchObject({ code: 'repository.unreachable' })
  })

  it('says so of a server that takes the connection and never answers', async () => {
    const sockets: Socket[] = []
    const deaf = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1')
    await once(deaf, 'listening')
    const { port } = deaf.address() as AddressInfo
    const url = `postgres://nobody@127.0.0.1:${port}/x`
    await expect(openPostgresRepositories({ url, answerMs: 200 })).rejects.toMatchObject({
      code: 'repository.unreachable',
    })
    for (const socket of sockets) socket.destroy()
    deaf.close()
  })
})
