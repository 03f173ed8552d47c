import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMemoryRepository } from '../src/memory-repository.ts'
import { type Repository, table } from '../src/repository.ts'
import { openRepositories } from './open-repositories.ts'
import type { Repositories } from './pglite-repositories.ts'
import { startTestPostgres, type TestPostgres } from './testing/test-postgres.ts'

interface Ride {
  city: string
  serial: number
  card: Uint8Array
  open: boolean
  note: string | null
  parts: unknown
}

const rides = table<Ride>({
  name: 'rides',
  columns: {
    city: 'text',
    serial: 'int',
    card: 'bytes',
    open: 'bool',
    note: 'text',
    parts: 'json',
  },
  key: ['city', 'serial'],
  indexes: [['card'], ['open', 'note']],
})

const blobs = table<{ id: Uint8Array }>({ name: 'blobs', columns: { id: 'bytes' }, key: ['id'] })

const ride = (city: string, serial: number, more: Partial<Ride> = {}): Ride => ({
  city,
  serial,
  card: Uint8Array.of(serial & 255),
  open: serial % 2 === 0,
  note: null,
  parts: { serial },
  ...more,
})

interface Setup {
  open(schema: string): Promise<Repository>
  stop(): Promise<void>
}

async function overDatabase(repositories: Repositories, server?: TestPostgres): Promise<Setup> {
  return {
    open: (schema) => repositories.schema(schema),
    async stop() {
      await repositories.close()
      await server?.stop()
    },
  }
}

const setups: Record<string, () => Promise<Setup>> = {
  memory: async () => ({ open: async () => createMemoryRepository(), stop: async () => undefined }),
  PGlite: async () => overDatabase(await openRepositories()),
  PostgreSQL: async () => {
    const server = await startTestPostgres()
    return overDatabase(await openRepositories({ databaseUrl: server.url }), server)
  },
}

describe.each(Object.keys(setups))('repository contract on %s', (kind) => {
  let setup: Setup
  let count = 0
  const fresh = () => setup.open(`institution-${(count += 1)}`)

  beforeAll(async () => {
    setup = await (setups[kind] ?? setups['memory']!)()
  })
  afterAll(() => setup.stop())

  it('gives rows back as they were put, in the order asked', async () => {
    const repository = await fresh()
    const rows = [
      ride('苏州', 1, { note: 'a "quoted" \\ note\n', parts: { 票: [1, null, 'x', 0.5, true] } }),
      ride('', -(2 ** 53) + 1, { card: new Uint8Array(), parts: [] }),
      ride('苏州', 2 ** 53 - 1, { card: Uint8Array.of(0, 255, 128), parts: null, note: '' }),
    ]
    await repository.transaction((tx) => tx.put(rides, rows))
    const [third, none, first, second] = await repository.transaction((tx) =>
      tx.get(rides, [
        { city: '苏州', serial: 2 ** 53 - 1 },
        { city: '苏州', serial: 2 },
        { city: '苏州', serial: 1 },
        { city: '', serial: -(2 ** 53) + 1 },
      ]),
    )
    expect([first, second, third, none]).toEqual([...rows, undefined])
    expect(third?.card.constructor).toBe(Uint8Array)
  })

  it('replaces whole rows by key, the last of equal keys staying', async () => {
    const repository = await fresh()
    await repository.transaction(async (tx) => {
      await tx.put(rides, [ride('a', 1, { note: 'first' }), ride('a', 1, { note: 'second' })])
      await tx.put(rides, [ride('a', 2)])
      await tx.put(rides, [ride('a', 1, { note: null, parts: 'third' })])
      await tx.put(blobs, [{ id: Buffer.from('ab') }, { id: Buffer.from('ab') }])
      await tx.put(blobs, [])
    })
    const [all, ids] = await repository.transaction((tx) =>
      Promise.all([tx.select(rides, {}), tx.select(blobs, {})]),
    )
    expect(all).toEqual([ride('a', 1, { parts: 'third' }), ride('a', 2)])
    expect(ids).toEqual([{ id: Uint8Array.of(97, 98) }])
  })

  it('selects by equality, NULL included, in key order', async () => {
    const repository = await fresh()
    const rows = [ride('b', 2), ride('a', 10), ride('b', 1, { note: 'x' }), ride('a', 9)]
    const select = (where: Partial<Ride>) =>
      repository.transaction(async (tx) =>
        (await tx.select(rides, where)).map(({ city, serial }) => `${city}${serial}`),
      )
    await repository.transaction((tx) => tx.put(rides, rows))
    expect(await select({})).toEqual(['a9', 'a10', 'b1', 'b2'])
    expect(await select({ city: 'a' })).toEqual(['a9', 'a10'])
    expect(await select({ note: null })).toEqual(['a9', 'a10', 'b2'])
    expect(await select({ open: true, note: null })).toEqual(['a10', 'b2'])
    expect(await select({ card: Uint8Array.of(9) })).toEqual(['a9'])
    await repository.transaction((tx) => tx.put(rides, [ride('a', 9, { open: true })]))
    await repository.transaction((tx) => tx.remove(rides, [{ city: 'b', serial: 2 }]))
    expect(await select({ open: true, note: null })).toEqual(['a9', 'a10'])
  })

  it('orders text by UTF-8 bytes and bytes by byte', async () => {
    const repository = await fresh()
    const texts = ['~', 'Z', 'a', 'é', 'ab', '', '~', '\uffee', '\u{1f68c}', '沪', 'a-', 'B']
    await repository.transaction(async (tx) => {
      await tx.put(
        rides,
        texts.map((city) => ride(city, 1)),
      )
      await tx.put(
        blobs,
        texts.map((city) => ({ id: new TextEncoder().encode(city) })),
      )
    })
    const expected = [...new Set(texts)].sort((a, b) =>
      Buffer.compare(Buffer.from(a), Buffer.from(b)),
    )
    const found = await repository.transaction((tx) => tx.select(rides, {}))
    const ids = await repository.transaction((tx) => tx.select(blobs, {}))
    expect(found.map((row) => row.city)).toEqual(expected)
    expect(ids.map((row) => new TextDecoder().decode(row.id))).toEqual(expected)
  })

  it('pages behind a key', async () => {
    const repository = await fresh()
    const rows = Array.from({ length: 25 }, (_, i) => ride(i % 2 === 0 ? 'even' : 'odd', i))
    await repository.transaction((tx) => tx.put(rides, rows))
    for (const where of [{}, { city: 'odd' }]) {
      const pages: number[] = []
      let after: Partial<Ride> | undefined
      for (;;) {
        const page = await repository.transaction((tx) =>
          tx.select(rides, where, { limit: 4, ...(after && { after }) }),
        )
        pages.push(...page.map((row) => row.serial))
        const last = page.at(-1)
        if (last === undefined) break
        // The part of the key that the selection fixes need not be said again.
        after = 'city' in where ? { serial: last.serial } : { city: last.city, serial: last.serial }
      }
      const all = await repository.transaction((tx) => tx.select(rides, where))
      expect(pages).toEqual(all.map((row) => row.serial))
      expect(pages).toHaveLength('city' in where ? 12 : 25)
    }
  })

  it('does all of a transaction or nothing, new tables included', async () => {
    const repository = await fresh()
    const failing = repository.transaction(async (tx) => {
      await tx.put(rides, [ride('a', 1)])
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    await repository.transaction((tx) => tx.put(rides, [ride('a', 1), ride('a', 2)]))
    const again = repository.transaction(async (tx) => {
      await tx.put(rides, [ride('a', 1, { note: 'changed' }), ride('a', 3)])
      await tx.remove(rides, [{ city: 'a', serial: 2 }])
      expect((await tx.select(rides, {})).map((row) => row.serial)).toEqual([1, 3])
      throw new Error('once more')
    })
    await expect(again).rejects.toThrow('once more')
    expect(await repository.transaction((tx) => tx.select(rides, {}))).toEqual([
      ride('a', 1),
      ride('a', 2),
    ])
  })

  it('runs transactions one after the other', async () => {
    const repository = await fresh()
    await repository.transaction((tx) => tx.put(rides, [ride('a', 1, { parts: 0 })]))
    const increment = () =>
      repository.transaction(async (tx) => {
        const [row] = await tx.get(rides, [{ city: 'a', serial: 1 }])
        await tx.put(rides, [ride('a', 1, { parts: Number(row?.parts) + 1 })])
      })
    await Promise.all(Array.from({ length: 20 }, increment))
    const [row] = await repository.transaction((tx) => tx.get(rides, [{ city: 'a', serial: 1 }]))
    expect(row?.parts).toBe(20)
  })

  it('keeps its own copy of everything', async () => {
    const repository = await fresh()
    const mine = ride('a', 1, { parts: { list: [1] }, card: Buffer.from([7, 7]) })
    await repository.transaction((tx) => tx.put(rides, [mine]))
    mine.card[0] = 9
    Object.assign(mine.parts as object, { list: [] })
    const read = () => repository.transaction((tx) => tx.get(rides, [{ city: 'a', serial: 1 }]))
    const [first] = await read()
    first!.card[0] = 9
    Object.assign(first!.parts as object, { list: [] })
    expect(await read()).toEqual([
      ride('a', 1, { parts: { list: [1] }, card: Uint8Array.of(7, 7) }),
    ])
  })

  it('keeps institutions apart', async () => {
    const [one, other] = [await fresh(), await fresh()]
    await one.transaction((tx) => tx.put(rides, [ride('a', 1)]))
    expect(await other.transaction((tx) => tx.select(rides, {}))).toEqual([])
  })

  it('refuses what a column cannot hold, and misuse', async () => {
    const repository = await fresh()
    const wrong: [keyof Ride, unknown][] = [
      ['city', null],
      ['city', 'a\0'],
      ['note', '\ud800'],
      ['note', undefined],
      ['serial', 1.5],
      ['serial', 2 ** 53],
      ['card', '00'],
      ['open', 1],
      ['parts', { note: 'a\0' }],
      ['parts', undefined],
    ]
    for (const [column, value] of wrong) {
      const row = { ...ride('a', 1), [column]: value }
      await expect(repository.transaction((tx) => tx.put(rides, [row]))).rejects.toThrow(TypeError)
    }
    await expect(
      repository.transaction((tx) => tx.put(rides, [{ ...ride('a', 1), more: 1 } as Ride])),
    ).rejects.toThrow(TypeError)
    await expect(repository.transaction((tx) => tx.get(rides, [{ city: 'a' }]))).rejects.toThrow(
      TypeError,
    )
    await expect(repository.transaction((tx) => tx.select(rides, { parts: {} }))).rejects.toThrow(
      TypeError,
    )
    const kept = await repository.transaction(async (tx) => tx)
    await expect(kept.select(rides, {})).rejects.toThrow(TypeError)
    await repository.close()
    await expect(repository.transaction(async () => 1)).rejects.toThrow(TypeError)
  })

  it('takes thousands of rows at once', async () => {
    const repository = await fresh()
    const rows = Array.from({ length: 5000 }, (_, i) =>
      ride('bulk', i, { card: new Uint8Array(99) }),
    )
    await repository.transaction((tx) => tx.put(rides, rows))
    const keys = rows.map(({ city, serial }) => ({ city, serial }))
    expect(await repository.transaction((tx) => tx.get(rides, keys))).toEqual(rows)
    await repository.transaction((tx) => tx.remove(rides, keys.slice(1)))
    expect(await repository.transaction((tx) => tx.select(rides, {}))).toEqual(rows.slice(0, 1))
  })

  it('behaves as a map does under any sequence of changes', async () => {
    const repository = await fresh()
    const key = fc.record({
      city: fc.constantFrom('a', 'B', 'é'),
      serial: fc.integer({ max: 3, min: 0 }),
    })
    const change = fc.record({
      key,
      note: fc.option(fc.constantFrom('x', 'y')),
      remove: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.array(change), fc.boolean())), async (transactions) => {
        await repository.transaction(async (tx) =>
          tx.remove(rides, await tx.select(rides, {}).then(keysOf)),
        )
        let model = new Map<string, Ride>()
        for (const [changes, fails] of transactions) {
          const next = new Map(model)
          const done = repository.transaction(async (tx) => {
            for (const { key: id, note, remove } of changes) {
              const row = ride(id.city, id.serial, { note })
              if (remove) await tx.remove(rides, [id])
              else await tx.put(rides, [row])
              if (remove) next.delete(JSON.stringify(id))
              else next.set(JSON.stringify(id), row)
            }
            if (fails) throw new Error('undo')
          })
          await done.catch((error: Error) => expect(error.message).toBe('undo'))
          if (!fails) model = next
          const found = await repository.transaction((tx) => tx.select(rides, { note: 'x' }))
          const expected = [...model.values()].filter((row) => row.note === 'x')
          expect(found.map((row) => JSON.stringify(row)).sort()).toEqual(
            expected.map((row) => JSON.stringify(row)).sort(),
          )
        }
      }),
      { numRuns: 10 },
    )
  })
})

const keysOf = (rows: readonly Ride[]) => rows.map(({ city, serial }) => ({ city, serial }))
