import {
  createMemoryRepository,
  type Repository,
  type Storage,
  type Tx,
  UnifareError,
} from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stateOf } from './failing-repository.fixture.ts'
import { createWorld, openHere, order, said, textsOf, type World } from './institution.fixture.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** A world in which others send while the disk writes, and in which a commit takes its time. */
function slowWorld(options: { readonly failsAt?: number; readonly times?: number } = {}) {
  const events: string[] = []
  const world = createWorld()
  const kept = world.repository
  const { failsAt = Number.POSITIVE_INFINITY, times = 1 } = options
  let left = failsAt
  const repository: Repository = {
    close: () => kept.close(),
    transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
      return kept.transaction(async (tx) => {
        const result = await work(tx)
        await turn()
        left -= 1
        if (left <= 0 && left > -times)
          throw new UnifareError('repository.unreachable', 'connection lost')
        events.push('commit')
        return result
      })
    },
  }
  const storage: Storage = {
    ...world.storage,
    async open(name) {
      const file = await world.storage.open(name)
      return {
        ...file,
        async write(offset, ...parts) {
          events.push('write')
          await file.write(offset, ...parts)
        },
        async sync() {
          await turn()
          await turn()
          await file.sync()
          events.push('synced')
        },
      }
    },
  }
  return { world, kept, events, slow: { ...world, repository, storage } as World }
}

/** Senders side by side, each with one order after the other until one gets no answer. */
async function sendAll(world: World, lists: readonly (readonly string[])[]): Promise<string[]> {
  const answered: string[] = []
  const send = async (list: readonly string[], sender: number) => {
    for (let turns = 0; turns < sender; turns++) await turn()
    for (const text of list) {
      const sent = order(world, { do: text.startsWith('no') ? 'refuse' : 'say', text })
      const told = await sent.catch((error: unknown) => error as UnifareError)
      if (told instanceof UnifareError && told.code !== 'test.refused') return
      answered.push(text)
    }
  }
  await Promise.all(lists.map(send))
  return answered
}

const listsOf = (senders: number, each: number) =>
  Array.from({ length: senders }, (_, s) => Array.from({ length: each }, (_, i) => `${s}-${i}`))

describe('messages that come while others are written', () => {
  test('are being written before those are committed, and committed only when durable', async () => {
    const { slow, events, kept } = slowWorld()
    await openHere(slow)
    events.length = 0
    const lists = listsOf(6, 8)
    expect((await sendAll(slow, lists)).toSorted()).toEqual(lists.flat().toSorted())
    expect((await textsOf(kept)).toSorted()).toEqual(lists.flat().toSorted())
    const early = events.filter((event, i) => event === 'write' && events[i - 1] === 'synced')
    expect(early.length).toBeGreaterThan(4)
    let durable = 0
    for (const event of events) {
      if (event === 'synced') durable += 1
      if (event === 'commit') durable -= 1
      expect(durable).toBeGreaterThanOrEqual(0)
    }
  })

  test('where something is asked before a message is taken, it sees all that came before', async () => {
    const { slow, kept } = slowWorld()
    const check = async (tx: Tx) => {
      if ((await tx.select(said, {})).length >= 7) throw new UnifareError('test.full', 'full')
    }
    await openHere(slow, { check, checkedKinds: ['order'] })
    await sendAll(slow, listsOf(4, 5))
    expect((await textsOf(kept)).length).toBe(7)
    await openHere(slow, { check, checkedKinds: ['bundle'] })
    await sendAll(slow, listsOf(4, 5))
    expect((await textsOf(kept)).length).toBe(20)
  })

  test('the same one on many ways is one, and an order of the staff stands in line', async () => {
    const { slow, kept } = slowWorld()
    const here = await openHere(slow)
    const list = ['a', 'b', 'c', 'd']
    const lists = [list, list.toReversed(), ['no 1', 'a', 'no 2'], list]
    const [answered] = await Promise.all([
      sendAll(slow, lists),
      here.command({ do: 'say', text: 'staff' }),
      turn().then(() => here.command({ do: 'say', text: 'staff' })),
    ])
    expect(answered.length).toBe(lists.flat().length)
    expect((await textsOf(kept)).toSorted()).toEqual([...list, 'staff', 'staff'])
  })

  test('the database or the disk fails at any moment, and power is cut: none is lost, none twice', async () => {
    const fault = fc.record({
      database: fc.option(fc.integer({ min: 2, max: 16 })),
      times: fc.integer({ min: 1, max: 5 }),
      disk: fc.option(fc.integer({ min: 3, max: 30 })),
      refusals: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fault, async ({ database, times, disk, refusals }) => {
        const failing = database === null ? {} : { failsAt: database, times }
        const { world, slow, kept } = slowWorld(failing)
        await openHere(slow)
        if (disk !== null) world.storage.failAt(disk)
        const lists = listsOf(4, 5).map((list, s) => (refusals && s === 0 ? ['no', ...list] : list))
        const answered = await sendAll(slow, lists)
        world.storage.crash()
        world.storage.failAt(undefined)
        await openHere(world)
        const before = await textsOf(kept)
        const wanted = answered.filter((text) => text !== 'no')
        expect(before).toEqual(expect.arrayContaining(wanted))
        await sendAll(world, lists)
        const all = await textsOf(kept)
        expect(all.toSorted()).toEqual(listsOf(4, 5).flat().toSorted())
        expect(all.slice(0, before.length)).toEqual(before)
        const state = await stateOf(kept)
        world.storage.crash()
        world.repository = createMemoryRepository()
        await openHere(world)
        expect(await stateOf(world.repository)).toEqual(state)
      }),
      { numRuns: 40 },
    )
  })
})
