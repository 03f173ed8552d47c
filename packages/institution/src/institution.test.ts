import { createMemoryRepository, UnifareError, utf8 } from '@unifare/core'
import { exchange } from '@unifare/tap'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { failing, refused, stateOf } from './failing-repository.fixture.ts'
import {
  AT,
  apply,
  createWorld,
  HERE,
  MEMBER,
  member,
  OTHER,
  openHere,
  order,
  said,
  textsOf,
} from './institution.fixture.ts'

describe('taking a message in', () => {
  test('journaled and synced before the answer, applied with the time it was taken', async () => {
    const world = createWorld()
    const here = await openHere(world)
    const { syncs } = world.storage.counts
    expect(await order(world, { do: 'say', text: 'hello' })).toEqual({
      place: 0,
      text: 'hello',
      at: AT,
    })
    expect(world.storage.counts.syncs).toBe(syncs + 1)
    world.storage.crash()
    world.repository = createMemoryRepository()
    await openHere(world)
    expect(await textsOf(world.repository)).toEqual(['hello'])
    expect(here.id).toBe(HERE)
  })

  test('when the sync fails there is no answer, no effect, and nothing more is taken', async () => {
    const world = createWorld()
    await openHere(world)
    world.storage.failAt(2)
    await expect(order(world, { do: 'say', text: 'a' })).rejects.toThrow(
      refused('link.unreachable'),
    )
    await expect(order(world, { do: 'say', text: 'b' })).rejects.toThrow(
      refused('link.unreachable'),
    )
    expect(await textsOf(world.repository)).toEqual([])
    world.storage.crash()
    await openHere(world)
    await order(world, { do: 'say', text: 'a' })
    expect(await textsOf(world.repository)).toEqual(['a'])
  })

  test.each([1, 2, 3, 4, 5])(
    '%i deliveries: one effect, one journal entry, the same answer',
    async (times) => {
      const world = createWorld()
      await openHere(world)
      const answers: unknown[] = []
      for (let i = 0; i < times; i++) {
        answers.push(await order(world, { do: 'say', text: 'once' }))
        await world.clock.advance(1_000)
      }
      expect(answers).toEqual(answers.map(() => ({ place: 0, text: 'once', at: AT })))
      expect(await textsOf(world.repository)).toEqual(['once'])
      const { positions: places } = await stateOf(world.repository)
      expect(places).toEqual([
        { name: 'applied', value: 1 },
        { name: 'form', value: 1 },
      ])
    },
  )

  test('deliveries at the same time are one, too', async () => {
    const world = createWorld()
    await openHere(world)
    const bodies = ['a', 'b', 'a', 'b', 'a'].map((text) => ({ do: 'say', text }))
    await Promise.all(bodies.map((body) => order(world, body)))
    expect(await textsOf(world.repository)).toEqual(['a', 'b'])
  })

  test('the same body of another sender is another message', async () => {
    const world = createWorld()
    await openHere(world)
    for (const sender of [MEMBER, OTHER]) await order(world, { do: 'say', text: 'a' }, sender)
    expect(await textsOf(world.repository)).toEqual(['a', 'a'])
  })

  test('the same body as another kind of message is refused, not taken for the first', async () => {
    const world = createWorld()
    await openHere(world)
    const body = utf8(JSON.stringify({ do: 'say', text: 'a' }))
    const send = (kind: 'order' | 'bundle') =>
      exchange(world.link, member(MEMBER), { receiver: HERE, kind, body })
    await send('order')
    await expect(send('bundle')).rejects.toThrow(refused('message.refused'))
  })

  test('one transaction a message, and one for a repetition', async () => {
    const world = createWorld()
    const counted = failing(world.repository)
    world.repository = counted
    await openHere(world)
    const opened = counted.counts.transactions
    await order(world, { do: 'say', text: 'a' })
    expect(counted.counts.transactions).toBe(opened + 1)
    await order(world, { do: 'say', text: 'a' })
    expect(counted.counts.transactions).toBe(opened + 2)
  })
})

describe('messages that come together', () => {
  const bodies = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ do: 'say', text: `${i}` }))

  test('share one sync and one transaction, in the order in which they came', async () => {
    const world = createWorld()
    const counted = failing(world.repository)
    world.repository = counted
    await openHere(world)
    const { transactions } = counted.counts
    const { syncs } = world.storage.counts
    const answers = await Promise.all(bodies(20).map((body) => order(world, body)))
    expect(answers).toEqual(bodies(20).map(({ text }, place) => ({ place, text, at: AT })))
    expect(counted.counts.transactions - transactions).toBeLessThanOrEqual(2)
    expect(world.storage.counts.syncs - syncs).toBeLessThanOrEqual(2)
  })

  test('become the state that each alone would make, in whatever groups they come', async () => {
    const kinds = ['say', 'say', 'say', 'tell', 'refuse'] as const
    const texts = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat(6)), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { maxLength: 5 }), async (groups) => {
        const [together, alone] = [createWorld(), createWorld()]
        await openHere(together)
        await openHere(alone)
        for (const group of groups) {
          const send = ([kind, n]: (typeof group)[number], world: typeof alone) =>
            order(world, { do: kind, text: `${kind} ${n}`, to: [OTHER] })
          const answers = await Promise.allSettled(group.map((one) => send(one, together)))
          for (const [i, one] of group.entries()) {
            expect(answers[i]).toMatchObject(
              (await Promise.allSettled([send(one, alone)]))[0] as object,
            )
          }
        }
        expect(await stateOf(together.repository)).toEqual(await stateOf(alone.repository))
        together.storage.crash()
        together.repository = createMemoryRepository()
        await openHere(together)
        expect(await stateOf(together.repository)).toEqual(await stateOf(alone.repository))
      }),
      { numRuns: 40 },
    )
  })

  test('a check sees what came before in the group, and refuses its own message only', async () => {
    const world = createWorld()
    const check: Parameters<typeof openHere>[1] = {
      check: async (tx) => {
        if ((await tx.select(said, {})).length >= 3) throw new UnifareError('test.full', 'full')
      },
    }
    await openHere(world, check)
    const answers = await Promise.allSettled(bodies(6).map((body) => order(world, body)))
    expect(answers.map(({ status }) => status === 'fulfilled')).toEqual(
      [1, 1, 1, 0, 0, 0].map(Boolean),
    )
    expect(await textsOf(world.repository)).toEqual(['0', '1', '2'])
  })

  test.each(['disk', 'database', 'room of the disk'] as const)(
    'the %s fails at any moment and power is cut: answered ones are kept, none twice',
    async (part) => {
      for (let n = 1; n <= 6; n++) {
        const world = createWorld()
        const kept = world.repository
        const repository = failing(kept)
        world.repository = repository
        await openHere(world)
        if (part === 'database') repository.failAt(n, 'commit')
        else if (part === 'disk') world.storage.failAt(n)
        else world.storage.leaveRoom(n * 400)
        const answers = await Promise.allSettled(bodies(8).map((body) => order(world, body)))
        world.storage.crash()
        world.storage.failAt(undefined)
        world.storage.leaveRoom(undefined)
        world.repository = kept
        await openHere(world)
        const before = await textsOf(kept)
        const answered = answers.flatMap(({ status }, i) =>
          status === 'fulfilled' ? [`${i}`] : [],
        )
        expect(before).toEqual(expect.arrayContaining(answered))
        await Promise.all(bodies(8).map((body) => order(world, body)))
        const all = await textsOf(kept)
        expect(all.toSorted()).toEqual(bodies(8).map(({ text }) => text))
        expect(all.slice(0, before.length)).toEqual(before)
      }
    },
  )
})

describe('refusals', () => {
  test('a refusal undoes what was written, and is remembered', async () => {
    const world = createWorld()
    let applied = 0
    const counting: typeof apply = (tx, input) => {
      applied += 1
      return apply(tx, input)
    }
    await openHere(world, { apply: counting })
    for (let i = 0; i < 3; i++) {
      await expect(order(world, { do: 'refuse', text: 'x' })).rejects.toThrow(
        expect.objectContaining({ code: 'test.refused', message: 'refused x' }),
      )
    }
    expect([applied, await textsOf(world.repository)]).toEqual([1, []])
    const after = await openHere(world, { apply: counting })
    await expect(order(world, { do: 'refuse', text: 'x' })).rejects.toThrow(refused('test.refused'))
    expect([applied, after.id]).toEqual([1, HERE])
  })

  test('a refusal that quotes bytes no database holds does not stop the institution', async () => {
    const world = createWorld()
    const quoting: Parameters<typeof openHere>[1] = {
      apply: async (_, { message }) => {
        throw new UnifareError('test.refused', `zero \0, half \uD800: ${message.kind}`)
      },
    }
    await openHere(world, quoting)
    const { rejects } = expect(order(world, { do: 'say', text: 'a' }))
    await rejects.toThrow(
      expect.objectContaining({ code: 'test.refused', message: 'zero ?, half ?: order' }),
    )
  })

  test.each([{ text: 'zero \0' }, { 'key \0': 1 }, { deep: [{ text: '\uD800' }] }])(
    'text that no database holds is no order: %j',
    async (part) => {
      const world = createWorld()
      await openHere(world)
      const sent = order(world, { do: 'say', text: 'a', ...part })
      await expect(sent).rejects.toThrow(refused('message.malformed'))
      expect(await order(world, { do: 'say', text: 'b' })).toMatchObject({ place: 0 })
    },
  )

  test('what the check refuses is not journaled, and may be taken later', async () => {
    const world = createWorld()
    const known = new Set<string>()
    const check: Parameters<typeof openHere>[1] = {
      check: async (_, { sender }) => {
        if (!known.has(sender)) throw new UnifareError('test.unknown', sender)
      },
    }
    await openHere(world, check)
    const { writes } = world.storage.counts
    await expect(order(world, { do: 'say', text: 'a' })).rejects.toThrow(refused('test.unknown'))
    expect(world.storage.counts.writes).toBe(writes)
    known.add(MEMBER)
    expect(await order(world, { do: 'say', text: 'a' })).toMatchObject({ place: 0 })
  })

  test.each(['null', '[]', '5', '"do"', '{', '{"do":1,"do":2}', '\u00ff'])(
    'the body %s is no order: a refusal, not a fault',
    async (text) => {
      const world = createWorld()
      await openHere(world)
      const body = utf8(text)
      const send = exchange(world.link, member(MEMBER), { receiver: HERE, kind: 'order', body })
      await expect(send).rejects.toThrow(refused('message.malformed'))
    },
  )
})

describe('orders of the house', () => {
  test('the same order twice is done twice, also at the same time', async () => {
    const world = createWorld()
    const here = await openHere(world)
    const say = () => here.command({ do: 'say', text: 'again' })
    expect(await say()).toMatchObject({ place: 0 })
    expect(await Promise.all([say(), say()])).toMatchObject([{ place: 1 }, { place: 2 }])
    await expect(here.command({ do: 'refuse', text: 'x' })).rejects.toThrow(refused('test.refused'))
  })

  test('a pull is answered from the present state and leaves no trace', async () => {
    const world = createWorld()
    const query: Parameters<typeof openHere>[1] = {
      query: async (tx) => ({ texts: (await tx.select(said, {})).length }),
    }
    const here = await openHere(world, query)
    await order(world, { do: 'say', text: 'a' })
    const { writes } = world.storage.counts
    const other = member(MEMBER)
    const pull = () =>
      exchange(world.link, other, { receiver: HERE, kind: 'pull', body: utf8('{}') })
    expect(await pull()).toEqual({ texts: 1 })
    expect(world.storage.counts.writes).toBe(writes)
    expect(await here.ask(HERE, 'pull', utf8('{}'))).toEqual({ texts: 1 })
    await openHere(world)
    await expect(pull()).rejects.toThrow(refused('message.refused'))
  })

  test('closed, it answers nobody', async () => {
    const world = createWorld()
    const here = await openHere(world)
    await here.close()
    await expect(order(world, { do: 'say', text: 'a' })).rejects.toThrow(
      refused('link.unreachable'),
    )
  })
})
