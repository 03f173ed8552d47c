import * as centre from '@unifare/centre'
import { createMemoryStorage, createSeededRandom, UnifareError } from '@unifare/core'
import { createFaultyLink, type Link } from '@unifare/tap'
import { describe, expect, it } from 'vitest'
import { BUS, openFaultNetwork } from './fault-network.fixture.ts'

/** Carries every message `times` times, and only the last answer comes back. */
function repeating(link: Link, times: () => number): Link {
  return {
    async send(receiver, message) {
      for (let copy = 1; copy < times(); copy++) await link.send(receiver, message)
      return link.send(receiver, message)
    },
  }
}

describe('the same batch, sent again and again', () => {
  it.each([1, 2, 3, 4, 5])('%i times: one effect at operator and centre', async (times) => {
    let copies = times
    const wrap = (link: Link) => repeating(link, () => copies)
    const network = await openFaultNetwork({ seed: `repeated ${times}`, wrap })
    const config = network.place(BUS)
    const storage = createMemoryStorage()
    // The first answers are lost on the terminal's way as well: it sends the batch again itself.
    let lost = times - 1
    const link: Link = {
      async send(receiver, message) {
        const answer = await network.wire.send(receiver, message)
        if (lost-- > 0) throw new UnifareError('link.unreachable', 'the answer is lost')
        return answer
      },
    }
    const terminal = await network.openTerminal(config, { storage, link })
    while ((await terminal.refresh().catch(() => undefined)) === undefined);
    const cards = [await network.newCard(), await network.newCard(), await network.newCard()]
    for (const card of cards) await terminal.presentCard(card)
    lost = times - 1
    const sent = []
    while (sent.at(-1) !== 0) sent.push(await terminal.upload().catch(() => 'lost'))
    expect(sent).toEqual([...Array.from({ length: times - 1 }, () => 'lost'), 0])
    await network.charge()
    copies = 1
    expect(await network.tapsOf(config)).toHaveLength(3)
    expect(await network.centre.read((tx) => tx.select(centre.taps, {}))).toHaveLength(3)
    expect(await network.close()).toMatchObject({ charges: 3, settledFen: 600, rejected: {} })
  })

  it.each(['a', 'b', 'c', 'd', 'e', 'f'])(
    'over a carrier that loses and doubles what it likes (seed %s)',
    async (seed) => {
      const faults = { loseRequest: 200_000, loseAnswer: 300_000, duplicate: 300_000 }
      const random = createSeededRandom(`carrier ${seed}`)
      let broken = false
      const wrap = (link: Link): Link => {
        const faulty = createFaultyLink(link, { random, ...faults })
        return { send: (receiver, message) => (broken ? faulty : link).send(receiver, message) }
      }
      const network = await openFaultNetwork({ seed: `carrier ${seed}`, wrap })
      const config = network.place(BUS)
      const link = wrap(network.wire)
      const terminal = await network.openTerminal(config, { storage: createMemoryStorage(), link })
      await terminal.refresh()
      broken = true
      const card = await network.newCard()
      let rides = 0
      for (let batch = 0; batch < 5; batch++) {
        for (let ride = 0; ride < 4; ride++, rides++) {
          network.clock.set(network.clock.now() + 125_000)
          card.reset()
          expect(await terminal.presentCard(card)).toMatchObject({ ok: true, completed: false })
        }
        while ((await terminal.upload().catch(() => -1)) !== 0);
        await network.charge()
      }
      expect(await network.tapsOf(config)).toHaveLength(rides)
      const { charges, settledFen, rejected } = await network.close()
      expect({ charges, settledFen, rejected }).toEqual({
        charges: rides,
        settledFen: 200 * rides,
        rejected: {},
      })
    },
  )
})
