import { canonicalJson, createSeededRandom, utf8 } from '@unifare/core'
import { returned } from '@unifare/institution'
import { createFaultyLink } from '@unifare/tap'
import { uploadLineOf, writeFile, writeFileName } from '@unifare/tunion'
import { describe, expect, test } from 'vitest'
import { AT, DAY } from '../clearing.fixture.ts'
import { fileOrders } from '../files/file-order.ts'
import { allSources } from '../watch/sources.ts'
import {
  BUSES,
  CARDS,
  CITIES,
  type City,
  HUBEI,
  NATION,
  openTierNetwork,
  TIERS,
  TOP_DOWN,
  WUHAN,
} from './network.fixture.ts'
import { broughtBy, clearedBy, closedNetwork, ridden, rootsOf } from './rides.fixture.ts'
import { tierBatches } from './tables.ts'

const NEXT_DAY = '2026-11-21'

describe('forwarding', () => {
  test('takes up only the messages with taps that a charge above names, each once', async () => {
    const network = await openTierNetwork()
    await broughtBy(network, 'wuhan', ['wuhan'])
    await broughtBy(network, 'wuhan', ['guangzhou'])
    await network.deliver()
    const batches = await network.centreOf(WUHAN).read((tx) => tx.select(tierBatches, {}))
    expect(batches.map(({ first, forwarded }) => [first, forwarded])).toEqual([
      [1, false],
      [2, true],
    ])
  })

  test('leaves the watch over terminals and operators where they bring their taps', async () => {
    const network = await openTierNetwork()
    await broughtBy(network, 'wuhan', ['wuhan'])
    await broughtBy(network, 'wuhan', ['guangzhou'])
    await network.deliver()
    const heardAt = async (id: string) =>
      (await network.centreOf(id).read(allSources)).map(({ id: source, gaps }) => [source, gaps])
    expect(await heardAt(WUHAN)).toEqual([
      [BUSES.wuhan.id, []],
      [network.terminalOf('wuhan'), []],
    ])
    for (const id of [HUBEI, NATION]) expect(await heardAt(id)).toEqual([])
  })

  test('lets go of taps that are too old for any charge', async () => {
    const network = await openTierNetwork()
    await broughtBy(network, 'wuhan', ['wuhan'])
    await network.close()
    const kept = () => network.centreOf(WUHAN).read((tx) => tx.select(tierBatches, {}))
    expect(await kept()).toHaveLength(1)
    await network.close('2026-12-25')
    expect(await kept()).toEqual([])
  })

  test('a file with rides that a centre above clears is refused whole, line by line', async () => {
    const network = await openTierNetwork()
    const terminal = '400000000777'
    const rides = [
      await network.ride('wuhan', 'wuhan', { terminal }),
      await network.ride('wuhan', 'guangzhou', { terminal }),
    ]
    const lines = rides.map((tap) => {
      const made = uploadLineOf(tap, 0)
      if (!made.ok) throw new TypeError(`${made.code} ${made.field}`)
      return made.line
    })
    const { id } = BUSES.wuhan
    const name = writeFileName({
      kind: 'UP',
      day: DAY,
      role: 'acquirer',
      institution: id,
      sequence: 1,
    })
    let answer: unknown
    for (const order of fileOrders(name, writeFile('UP', { day: DAY, receiver: WUHAN }, lines))) {
      answer = await network.send(id, WUHAN, 'order', utf8(canonicalJson(order)))
    }
    expect(answer).toMatchObject({
      state: 'refused',
      faults: [{ line: 4, field: 'issuer', code: 'tunion.other-centre' }],
    })
  })

  test('a tap that comes behind its charge follows it', async () => {
    const network = await openTierNetwork()
    const tap = await network.ride('wuhan', 'guangzhou')
    await network.charges('wuhan', [[tap]])
    await network.deliver()
    await network.taps('wuhan', [tap])
    await network.close()
    expect(await clearedBy(network)).toEqual({ [`${BUSES.wuhan.id}-1`]: `${NATION} normal` })
  })

  test('taps of a terminal that is on no list any more go up all the same', async () => {
    const network = await openTierNetwork()
    const tap = await network.ride('wuhan', 'guangzhou')
    await network.taps('wuhan', [tap])
    await network.bundle(BUSES.wuhan.id, WUHAN, 'devices', { version: 2, content: { devices: [] } })
    await network.deliver()
    await network.charges('wuhan', [[tap]])
    await network.close()
    expect(await clearedBy(network)).toEqual({ [`${BUSES.wuhan.id}-1`]: `${NATION} normal` })
  })

  test('a correction goes where the charge went that it names', async () => {
    const network = await openTierNetwork()
    const tap = await network.ride('wuhan', 'guangzhou')
    await network.taps('wuhan', [tap])
    await network.charges('wuhan', [[tap]])
    // It names an issuer of the city: by the rule alone it would stay.
    const wrong = { corrects: 1, issuer: CARDS.wuhan }
    await network.charges('wuhan', [[tap]], wrong)
    await network.close()
    const cleared = await clearedBy(network)
    expect(cleared[`${BUSES.wuhan.id}-2`]).toMatch(new RegExp(`^${NATION} (?!normal)`))
  })

  test.each([
    ['what it sends', { loseRequest: 300_000 }],
    ['the answers', { loseAnswer: 300_000 }],
    ['nothing, but all comes twice', { duplicate: 500_000 }],
  ])('over a link that loses %s comes to the same roots', async (_, faults) => {
    const whole = await closedNetwork()
    const random = createSeededRandom('faults')
    const network = await openTierNetwork({
      linkOf: (link) => createFaultyLink(link, { random, ...faults }),
    })
    const settle = async () => {
      for (let left = 1; left > 0; ) left = await network.deliver()
    }
    await settle()
    await ridden(network)
    for (const id of TOP_DOWN) {
      await settle()
      await network.centreOf(id).command({ do: 'close-day', day: DAY })
    }
    await settle()
    expect(await rootsOf(network)).toEqual(await rootsOf(whole))
    expect(network.heard.get(BUSES.wuhan.id)?.[0]).toEqual(whole.heard.get(BUSES.wuhan.id)?.[0])
  })

  test.each(TOP_DOWN)('centre %s may stop anywhere and be rebuilt from its journal', async (id) => {
    const whole = await closedNetwork()
    const network = await openTierNetwork()
    await ridden(network)
    await network.open(id)
    await network.open(id, { rebuilt: true })
    for (const one of TOP_DOWN) {
      await network.deliver()
      await network.centreOf(one).command({ do: 'close-day', day: DAY })
      // Before anything of the close has left it.
      await network.open(id, { rebuilt: true })
    }
    await network.deliver()
    expect(await rootsOf(network)).toEqual(await rootsOf(whole))
    for (const city of CITIES) {
      const told = network.heard.get(BUSES[city].id)?.map(({ lines }) => lines)
      expect(told).toEqual(whole.heard.get(BUSES[city].id)?.map(({ lines }) => lines))
    }
  })
})

describe('another rule from a day on', () => {
  const changed = {
    ...TIERS,
    rules: TIERS.rules.flatMap((one) =>
      one.reach === 'same-city'
        ? [
            { ...one, validTo: NEXT_DAY },
            { ...one, id: 'later', tier: 'province' as const, validFrom: NEXT_DAY },
          ]
        : [one],
    ),
  }

  test('moves rides of that day, and none before', async () => {
    const network = await openTierNetwork({ tiers: changed })
    const today = await network.ride('wuhan', 'wuhan')
    const tomorrow = await network.ride('wuhan', 'wuhan', { at: AT + 86_400_000 })
    await network.taps('wuhan', [today, tomorrow])
    await network.charges('wuhan', [[today]])
    await network.charges('wuhan', [[tomorrow]], { tapDay: NEXT_DAY }, NEXT_DAY)
    await network.close()
    await network.close(NEXT_DAY)
    expect(await clearedBy(network)).toEqual({
      [`${BUSES.wuhan.id}-1`]: `${WUHAN} normal`,
      [`${BUSES.wuhan.id}-2`]: `${HUBEI} normal`,
    })
  })

  test('clears no tap twice that is asked for on both sides of it', async () => {
    const network = await openTierNetwork({ tiers: changed })
    const tap = await network.ride('wuhan', 'wuhan')
    const other = await network.ride('wuhan', 'wuhan', { at: AT + 86_400_000 })
    await network.taps('wuhan', [tap, other])
    await network.charges('wuhan', [[tap]])
    const late = { tapDay: NEXT_DAY }
    await network.charges('wuhan', [[other], [tap], [tap, other]], late, NEXT_DAY)
    await network.close()
    await network.close(NEXT_DAY)
    expect(await clearedBy(network)).toEqual({
      [`${BUSES.wuhan.id}-1`]: `${WUHAN} normal`,
      [`${BUSES.wuhan.id}-2`]: `${HUBEI} normal`,
      [`${BUSES.wuhan.id}-3`]: `${WUHAN} tap.charged`,
      [`${BUSES.wuhan.id}-4`]: `${WUHAN} tap.charged`,
    })
  })
})

describe('deny lists over tiers', () => {
  const denied = (city: City, account = '3120000001000000017') => ({
    medium: 'card' as const,
    issuer: CARDS[city],
    account,
    reason: 'lost' as const,
    since: 0,
  })

  test.each([
    ['short', 0],
    ['longer than a message', 12_000],
  ])(
    '%s: reach the terminals of all centres, and the centre above judges by the list they held',
    async (_, others) => {
      const network = await openTierNetwork()
      const more = Array.from({ length: others }, (__, i) =>
        denied('guangzhou', `${31_200_000_100_000 + i}`),
      )
      await network.deny('guangzhou', 1, [...more, denied('guangzhou')])
      expect(await network.deliver()).toBe(0)
      for (const id of TOP_DOWN) {
        expect(await network.centreOf(id).read((tx) => tx.select(returned, {}))).toEqual([])
      }
      const before = await network.ride('wuhan', 'guangzhou')
      const after = await network.ride('wuhan', 'guangzhou')
      await network.taps('wuhan', [before], 0)
      await network.taps('wuhan', [after], 1)
      await network.charges('wuhan', [[before], [after]])
      await network.close()
      const [told] = network.heard.get(BUSES.wuhan.id) ?? []
      expect(told?.lines.map(({ verdict }) => verdict)).toEqual(['normal', 'deny.listed'])
      expect((await network.centreOf(NATION).rerun(DAY)).charges.map((one) => one.verdict)).toEqual(
        ['normal', 'deny.listed'],
      )
    },
  )
})
