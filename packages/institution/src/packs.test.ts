import { createMemoryRepository, fromUtf8, UnifareError, utf8 } from '@unifare/core'
import { exchangePack, type Link } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import { intake, outbox, returned } from './index.ts'
import {
  createWorld,
  HERE,
  listener,
  MEMBER,
  member,
  openHere,
  signOf,
  textsOf,
  type World,
} from './institution.fixture.ts'

const say = (text: string) => ({ do: 'say', text })
const kept = (place: number, text: string) => ({ status: 'fulfilled', value: { place, text } })

/** Sends orders as one message. */
function pack(world: World, orders: readonly Record<string, unknown>[]) {
  const bodies = orders.map((order) => utf8(JSON.stringify(order)))
  return exchangePack(world.link, member(MEMBER), { receiver: HERE, kind: 'order', bodies })
}

describe('a pack that is taken in', () => {
  test('has one sync, and a place in the journal and an answer for each', async () => {
    const world = createWorld()
    await openHere(world)
    const { syncs } = world.storage.counts
    const told = await pack(world, ['a', 'b', 'c'].map(say))
    expect(told).toMatchObject([kept(0, 'a'), kept(1, 'b'), kept(2, 'c')])
    expect(world.storage.counts.syncs).toBe(syncs + 1)
    const rows = await world.repository.transaction((tx) => tx.select(intake, {}))
    expect(new Set(rows.map(({ journalIndex }) => journalIndex))).toEqual(new Set([0, 1, 2]))
  })

  test('is durable with its answer: the journal alone gives all of it again', async () => {
    const world = createWorld()
    await openHere(world)
    const orders = ['a', 'b', 'c'].map(say)
    const told = await pack(world, orders)
    world.storage.crash()
    world.repository = createMemoryRepository()
    await openHere(world)
    expect(await textsOf(world.repository)).toEqual(['a', 'b', 'c'])
    expect(await pack(world, orders)).toEqual(told)
    expect(await pack(world, orders.toReversed())).toEqual(told.toReversed())
    expect(await textsOf(world.repository)).toEqual(['a', 'b', 'c'])
  })

  test('loses nothing by what is refused in it, and that stays refused', async () => {
    const world = createWorld()
    await openHere(world)
    const orders = [say('a'), { do: 'refuse', text: 'b' }, say('c')]
    const told = await pack(world, orders)
    expect(told).toMatchObject([
      kept(0, 'a'),
      { status: 'rejected', reason: { code: 'test.refused' } },
      kept(1, 'c'),
    ])
    expect(await pack(world, orders)).toEqual(told)
    world.repository = createMemoryRepository()
    await openHere(world)
    expect(await pack(world, orders)).toEqual(told)
    expect(await textsOf(world.repository)).toEqual(['a', 'c'])
  })

  test('is not answered when its sync fails, and comes again', async () => {
    const world = createWorld()
    await openHere(world)
    world.storage.failAt(2)
    const orders = ['a', 'b'].map(say)
    await expect(pack(world, orders)).rejects.toThrow(
      expect.objectContaining({ code: 'link.unreachable' }),
    )
    expect(await textsOf(world.repository)).toEqual([])
    world.storage.crash()
    await openHere(world)
    expect(await pack(world, orders)).toMatchObject([kept(0, 'a'), kept(1, 'b')])
  })
})

describe('the outbox packs batches of taps', () => {
  /** An institution whose outbox holds bodies by kind, and a link that tells what crossed it. */
  async function telling(rows: readonly (readonly ['tap-batch' | 'order', string])[]) {
    const world = createWorld()
    const crossed: Uint8Array[] = []
    const link: Link = {
      send(receiver, message) {
        crossed.push(message)
        return world.link.send(receiver, message)
      },
    }
    const here = await openHere(world, {
      link,
      apply: async (_, { send }) => {
        for (const [kind, text] of rows) send(MEMBER, kind, utf8(text))
      },
    })
    await here.command({ do: 'shout' })
    const left = (table: typeof outbox | typeof returned) =>
      world.repository.transaction((tx) =>
        tx.select<{ readonly body: Uint8Array }>(table as never, {}),
      )
    return { world, here, left, versions: () => crossed.map((bytes) => bytes[2]) }
  }
  const batches = (count: number) =>
    Array.from({ length: count }, (_, i) => ['tap-batch', `batch ${i}`] as const)
  const textsIn = (rows: readonly (readonly [string, string])[]) => rows.map(([, text]) => text)

  test('eight at most; one that is left over stays a message of its own', async () => {
    const rows = batches(17)
    const { world, here, left, versions } = await telling(rows)
    const { heard } = listener(world, MEMBER)
    expect(await here.deliver()).toBe(0)
    expect(heard).toEqual(textsIn(rows))
    expect(versions()).toEqual([3, 3, 2])
    expect(await left(outbox)).toEqual([])
  })

  test('as many as one message holds, and in order with what is no batch', async () => {
    const long = (name: string) => ['tap-batch', name.repeat(400_000)] as const
    const rows = [long('a'), long('b'), long('c'), ['order', 'o'], ...batches(2)] as const
    const { world, here, versions } = await telling(rows)
    const { heard } = listener(world, MEMBER)
    expect(await here.deliver()).toBe(0)
    expect(heard).toEqual(textsIn(rows))
    expect(versions()).toEqual([3, 2, 2, 3])
  })

  test('one that is refused is returned, the others are delivered', async () => {
    const { world, here, left } = await telling(batches(5))
    const { handler } = await openHere(
      { ...createWorld(), link: world.link },
      {
        id: MEMBER,
        sign: signOf(MEMBER),
        apply: async (_, { message }) => {
          if (fromUtf8(message.body) === 'batch 2') throw new UnifareError('batch.forked', 'no')
        },
      },
    )
    world.link.register(MEMBER, handler)
    expect(await here.deliver()).toBe(0)
    expect(await left(outbox)).toEqual([])
    const back = await left(returned)
    expect(back.map(({ body }) => fromUtf8(body))).toEqual(['batch 2'])
    expect(back).toMatchObject([{ receiver: MEMBER, code: 'batch.forked', message: 'no' }])
  })

  test('a receiver that reads no packs gets them one by one', async () => {
    const rows = batches(3)
    const { world, here, versions } = await telling(rows)
    const { heard } = listener(world, MEMBER)
    const older = world.link
    const send: Link['send'] = older.send.bind(older)
    // A version that it does not know is refused, under its signature, without a name of who asked.
    Object.assign(older, {
      send: (receiver: string, message: Uint8Array) =>
        send(receiver, message[2] === 3 ? message.with(2, 9) : message),
    })
    expect(await here.deliver()).toBe(0)
    expect(heard).toEqual(textsIn(rows))
    expect(versions()).toEqual([3, 2, 2, 2])
  })

  test('a silent receiver keeps all of them waiting', async () => {
    const rows = batches(10)
    const { world, here } = await telling(rows)
    const { heard, mood } = listener(world, MEMBER)
    mood.now = 'silent'
    expect(await here.deliver()).toBe(10)
    mood.now = 'well'
    expect(await here.deliver()).toBe(0)
    expect(heard).toEqual(textsIn(rows))
  })
})
