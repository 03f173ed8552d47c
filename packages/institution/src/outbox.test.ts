import { createSeededRandom, type Repository, utf8 } from '@unifare/core'
import { createFaultyLink, type Link } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import { outbox, returned } from './index.ts'
import { createWorld, listener, MEMBER, OTHER, openHere, order } from './institution.fixture.ts'

const rowsOf = (repository: Repository, table: typeof outbox | typeof returned) =>
  repository.transaction((tx) => tx.select<{ readonly receiver: string }>(table as never, {}))

/** An institution that has something to tell two parties. */
async function telling(count: number, link?: Link) {
  const world = createWorld()
  const here = await openHere(world, link === undefined ? {} : { link })
  const first = listener(world, MEMBER)
  const second = listener(world, OTHER)
  for (let i = 0; i < count; i++) {
    await order(world, { do: 'tell', text: `news ${i}`, to: [MEMBER, OTHER] })
  }
  const news = Array.from({ length: count }, (_, i) => `news ${i}`)
  return { world, here, first, second, news }
}

describe('the outbox', () => {
  test('goes out in order, and is empty then', async () => {
    const { world, here, first, second, news } = await telling(5)
    expect(first.heard).toEqual([])
    expect(await here.deliver()).toBe(0)
    expect([first.heard, second.heard]).toEqual([news, news])
    expect(await rowsOf(world.repository, outbox)).toEqual([])
    expect(await here.deliver()).toBe(0)
    expect(first.heard.length).toBe(5)
  })

  test('several pages keep their order', async () => {
    const { here, first, second, news } = await telling(100)
    expect(await here.deliver()).toBe(0)
    expect([first.heard, second.heard]).toEqual([news, news])
  })

  test('a silent receiver holds nobody else up, and gets everything later', async () => {
    const { here, first, second, news } = await telling(70)
    first.mood.now = 'silent'
    expect(await here.deliver()).toBe(70)
    expect([first.heard, second.heard]).toEqual([[], news])
    first.mood.now = 'well'
    expect(await here.deliver()).toBe(0)
    expect([first.heard, second.heard]).toEqual([news, news])
  })

  test('a receiver that never answers at all does not keep the others from theirs', async () => {
    const world = createWorld()
    let release = () => {}
    const stuck = new Promise<void>((resolve) => {
      release = resolve
    })
    const link: Link = {
      async send(receiver, message) {
        if (receiver === MEMBER) await stuck
        return world.link.send(receiver, message)
      },
    }
    const here = await openHere(world, { link })
    const second = listener(world, OTHER)
    await here.command({ do: 'tell', text: 'news', to: [MEMBER, OTHER] })
    const delivering = here.deliver()
    for (let turn = 0; turn < 500 && second.heard.length === 0; turn++) await Promise.resolve()
    expect(second.heard).toEqual(['news'])
    release()
    expect(await delivering).toBe(1)
  })

  test('survives a restart, also when only the journal does', async () => {
    const { world, first, second, news } = await telling(3)
    world.storage.crash()
    const again = await openHere(world)
    expect(await again.deliver()).toBe(0)
    expect([first.heard, second.heard]).toEqual([news, news])
  })

  test('a refusal goes to the returned ones with its code, the rest goes on', async () => {
    const { world, here, first, second, news } = await telling(2)
    first.mood.now = 'refusing'
    expect(await here.deliver()).toBe(0)
    expect(second.heard).toEqual(news)
    expect(await rowsOf(world.repository, outbox)).toEqual([])
    expect(await rowsOf(world.repository, returned)).toMatchObject([
      { receiver: MEMBER, code: 'test.unwelcome', message: 'no' },
      { receiver: MEMBER, code: 'test.unwelcome', message: 'no' },
    ])
  })

  test('who holds the wire cannot make it give a message up', async () => {
    const world = createWorld()
    const forging: Link = {
      async send(receiver, message) {
        const answer = await world.link.send(receiver, message)
        return receiver === MEMBER
          ? answer.map((byte, at) => (at === 40 ? byte ^ 1 : byte))
          : answer
      },
    }
    const here = await openHere(world, { link: forging })
    const first = listener(world, MEMBER)
    await here.command({ do: 'tell', text: 'news', to: [MEMBER] })
    expect(await here.deliver()).toBe(1)
    expect(await rowsOf(world.repository, returned)).toEqual([])
    expect(first.heard).toEqual(['news'])
  })

  test('a receiver that does not know this party yet is tried again', async () => {
    const world = createWorld()
    const here = await openHere(world)
    await here.command({ do: 'tell', text: 'news', to: [MEMBER] })
    const early = listener(world, MEMBER, { knows: [] })
    expect(await here.deliver()).toBe(1)
    expect(early.heard).toEqual([])
    const later = listener(world, MEMBER)
    expect(await here.deliver()).toBe(0)
    expect(later.heard).toEqual(['news'])
  })

  test('a link that loses and repeats delivers everything in order in the end', async () => {
    const world = createWorld()
    const random = createSeededRandom('lossy')
    const ppm = 250_000
    const faults = { random, loseRequest: ppm, loseAnswer: ppm, duplicate: ppm }
    const here = await openHere(world, { link: createFaultyLink(world.link, faults) })
    const first = listener(world, MEMBER)
    for (let i = 0; i < 20; i++) await here.command({ do: 'tell', text: `${i}`, to: [MEMBER] })
    let rounds = 0
    while ((await here.deliver()) > 0) rounds += 1
    expect(rounds).toBeGreaterThan(3)
    const firstTime = [...new Set(first.heard)]
    expect(firstTime).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`))
    expect(first.heard.length).toBeGreaterThan(20)
  })

  test('two deliveries at once send everything once', async () => {
    const { here, first, news } = await telling(10)
    expect(await Promise.all([here.deliver(), here.deliver()])).toEqual([0, 0])
    expect(first.heard).toEqual(news)
  })

  test('a message that is too long to travel is returned, not tried for ever', async () => {
    const world = createWorld()
    const shout: Parameters<typeof openHere>[1] = {
      apply: async (_, { send }) => {
        send(MEMBER, 'statement', new Uint8Array(1024 * 1024))
        send(MEMBER, 'order', utf8('news'))
      },
    }
    const here = await openHere(world, shout)
    const first = listener(world, MEMBER)
    await here.command({ do: 'shout' })
    expect(await here.deliver()).toBe(0)
    expect(first.heard).toEqual(['news'])
    expect(await rowsOf(world.repository, returned)).toMatchObject([{ code: 'message.malformed' }])
  })
})
