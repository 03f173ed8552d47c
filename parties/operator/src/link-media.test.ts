import { utf8 } from '@unifare/core'
import { type Charge, exchange, type Tap } from '@unifare/tap'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { linked } from './account-keys.ts'
import { joinedCode } from './joined-code.fixture.ts'
import {
  ACCOUNT,
  CARD,
  codeTap,
  GATE,
  LOCAL,
  MINUTE,
  OPERATOR,
  OTHER_GATE,
  openWorking,
  party,
  tapOf,
  tariffNamed,
  VISITOR,
} from './operator.fixture.ts'
import { soldPasses } from './passes.ts'

const refused = (code: string) => expect.objectContaining({ code })
const DAY_MS = 86_400_000
/** Behind the last ride: 28 November 2026, 12:00 in Shanghai. */
const LATE = Date.UTC(2026, 10, 28, 4)
const MONTH = '2026-11'
const TOKEN = '00112233AABBCCDD'
const OTHER_TOKEN = '00112233AABBCCEE'
const OTHER_CARD = '3190000100000000025'

/** Steps of the month for every medium: 80 % behind 4 yuan, half behind 8. */
const APART = {
  ...tariffNamed('xian-bus'),
  operator: OPERATOR,
  discounts: [],
  accumulation: tariffNamed('beijing-metro').accumulation.map((one) => ({
    ...one,
    source: 0,
    when: {},
    steps: [
      { fromFen: 400, payPpm: 800_000 },
      { fromFen: 800, payPpm: 500_000 },
    ],
  })),
}
const TOGETHER = { ...APART, accountOver: 'linked-media' as const }
const LINK = {
  do: 'link-media',
  card: `card/${LOCAL}/${CARD}`,
  token: `token/${LOCAL}/${TOKEN}`,
  month: MONTH,
}
const UNLINK = { do: 'unlink-media', token: LINK.token }

async function openBus(tariff: object = TOGETHER) {
  const here = await openWorking()
  const { operator, world } = here
  world.clock.set(LATE)
  await operator.command({
    do: 'publish',
    kind: 'tariffs',
    content: { tariffs: [tariff], networks: [] },
  })
  let nonce = 0
  return {
    ...here,
    /** An order of an issuer; the same again is another message. */
    order: (body: object, sender = LOCAL): Promise<unknown> =>
      exchange(world.link, party(world, sender), {
        receiver: OPERATOR,
        kind: 'order',
        body: utf8(JSON.stringify({ ...body, nonce: nonce++ })),
      }),
    charge: (upTo = LATE) => operator.command({ do: 'make-charges', upTo, giveUpBefore: 0 }),
    charges: async (): Promise<Charge[]> => (await here.sent()).flatMap((batch) => batch.charges),
    links: () => operator.read((tx) => tx.select(linked, {})),
  }
}

type Medium = 'card' | 'code'

/** A bus ride on a day of November; what the card was debited is what the bus knew. */
async function ride(medium: Medium, day: number, token = TOKEN): Promise<Tap> {
  const at = Date.UTC(2026, 10, day, 2)
  const own = { at, issuer: LOCAL, mode: 'bus', kind: 'purchase', station: 0 } as const
  if (medium === 'card') return tapOf({ ...own, counter: day })
  // A number of its own every day: the token alone tells whose it is.
  const account = ACCOUNT.replace(/..017$/, `${String(day).padStart(2, '0')}017`)
  const evidence = await joinedCode(account, [{ operator: OPERATOR, token }], at)
  return codeTap({ ...own, account, evidence })
}

type Here = Awaited<ReturnType<typeof openBus>>

/** What the tariff says of each ride in the end, by the instant of its end. */
async function priced({ operator, charges }: Here): Promise<Map<number, number>> {
  const all = await charges()
  const replaced = new Set(all.map(({ corrects }) => corrects))
  const prices = new Map<number, number>()
  const days = new Set(all.map(({ tapDay }) => tapDay))
  const differing = (await Promise.all([...days].map((day) => operator.differences(day)))).flat()
  for (const { number, endAt, amountFen } of all) {
    if (replaced.has(number)) continue
    const other = differing.find(({ charge }) => charge === number)
    prices.set(endAt, other?.pricedFen ?? amountFen)
  }
  return new Map([...prices].sort(([a], [b]) => a - b))
}

const fen = async (here: Here) => [...(await priced(here)).values()]

describe('one account over card and code', () => {
  async function withRides(tariff: object = TOGETHER) {
    const here = await openBus(tariff)
    for (const [day, medium] of (['card', 'code', 'card', 'code', 'code'] as const).entries()) {
      await here.upload([await ride(medium, day + 1)], GATE)
    }
    await here.charge()
    return here
  }

  test('counts the month of both media, also what was charged before; a card stays as debited', async () => {
    const here = await withRides()
    expect(await fen(here)).toEqual([200, 200, 200, 200, 160])
    expect(await here.order(LINK)).toEqual({ answer: 'linked', corrections: 1 })
    await here.charge()
    expect(await fen(here)).toEqual([200, 200, 160, 160, 160])
    const charges = await here.charges()
    const byCard = charges.filter(({ medium }) => medium === 'card')
    expect(byCard.map(({ amountFen, corrects }) => [amountFen, corrects])).toEqual([
      [200, 0],
      [200, 0],
    ])
    expect(await here.operator.differences('2026-11-03')).toMatchObject([{ differenceFen: 40 }])
  })

  test('is none without a link, nor where the tariff has none', async () => {
    const here = await withRides(APART)
    expect(await here.order(LINK)).toEqual({ answer: 'operator.accounts-apart', corrections: 0 })
    expect(await here.links()).toEqual([])
    expect(await fen(here)).toEqual([200, 200, 200, 200, 160])
  })

  test('is linked once, however often it is said', async () => {
    const here = await withRides()
    await here.order(LINK)
    await here.charge()
    const before = await here.charges()
    expect(await here.order(LINK)).toEqual({ answer: 'linked', corrections: 0 })
    expect(await here.charge()).toMatchObject({ charges: 0, corrections: 0 })
    expect(await here.charges()).toEqual(before)
    expect(await here.links()).toMatchObject([{ proof: 'issuer', until: 0 }])
  })

  test('has the passes of the card for rides that came in before the link, as for those behind it', async () => {
    const step = { source: 0, textZh: '日票', textEn: 'day pass', when: {} }
    const pass = { ...step, id: 'day', priceFen: 500, hours: 24 }
    const here = await withRides({ ...TOGETHER, passes: [pass] })
    const validFrom = Date.UTC(2026, 10, 3, 20)
    const sold = { order: 'x-1', tariff: TOGETHER.id, pass: 'day', holder: LINK.card }
    const terms = { riderClass: 'adult', point: GATE, priceFen: 500, soldAt: validFrom, validFrom }
    await here.operator.read((tx) =>
      tx.put(soldPasses, [{ ...sold, ...terms, validTo: validFrom + DAY_MS, returnedAt: 0 }]),
    )
    await here.order(LINK)
    await here.charge()
    expect(await fen(here)).toEqual([200, 200, 160, 0, 160])
  })

  test('ends with the day it is ended on: rides up to then stay, whenever they come in', async () => {
    const here = await withRides()
    await here.order(LINK)
    here.world.clock.set(Date.UTC(2026, 10, 6, 1))
    for (let again = 0; again < 2; again++) {
      expect(await here.order(UNLINK)).toEqual({ answer: 'unlinked', corrections: 0 })
    }
    here.world.clock.set(LATE)
    for (const day of [7, 6]) await here.upload([await ride('code', day)], GATE)
    await here.charge()
    // 2 + 2 + 1.6 × 3 are behind the ride of the 6th; nothing but that of the 7th is its own.
    expect(await fen(here)).toEqual([200, 200, 160, 160, 160, 100, 200])
    expect(await here.order(LINK)).toEqual({ answer: 'operator.link-ended', corrections: 0 })
  })
})

describe('who may link what', () => {
  test('an issuer links its own card and token, and no other', async () => {
    const here = await openBus()
    const own = { ...LINK, card: `card/${VISITOR}/${CARD}` }
    await expect(here.order(own)).rejects.toThrow(refused('operator.foreign-medium'))
    const token = `token/${VISITOR}/${TOKEN}`
    await expect(here.order({ ...LINK, token })).rejects.toThrow(refused('operator.foreign-medium'))
    await expect(here.order({ ...UNLINK, token })).rejects.toThrow(
      refused('operator.foreign-medium'),
    )
    expect(await here.links()).toEqual([])
  })

  test.each([
    ['a number', { card: CARD }],
    ['no token', { token: '' }],
    ['a month far off', { month: '2027-02' }],
    ['no month', { month: 'November' }],
  ])('%s is refused', async (_, change) => {
    const here = await openBus()
    await expect(here.order({ ...LINK, ...change })).rejects.toThrow(refused('message.malformed'))
  })

  test('nobody gathers rides of several: a card has one token a month, a token one card', async () => {
    const here = await openBus()
    await here.order(LINK)
    const others = [
      { token: `token/${LOCAL}/${OTHER_TOKEN}` },
      { card: `card/${LOCAL}/${OTHER_CARD}` },
    ]
    for (const ended of [false, true]) {
      if (ended) await here.order(UNLINK)
      for (const change of others) {
        const answer = await here.order({ ...LINK, ...change })
        expect(answer).toEqual({ answer: 'operator.medium-linked', corrections: 0 })
      }
    }
    const next = { ...LINK, ...others[0], month: '2026-12' }
    expect(await here.order(next)).toMatchObject({ answer: 'linked' })
  })
})

describe('a clerk who saw both media', () => {
  /** Card and code shown to terminals of the operator; the clerk gives the order afterwards. */
  async function shown({ apartMs = MINUTE, laterMs = 5 * MINUTE, other = false, token = TOKEN }) {
    const here = await openBus()
    const [card, code] = [await ride('card', 20), await ride('code', 20, token)]
    await here.upload([card], GATE)
    const terminal = other ? OTHER_GATE : GATE
    await here.upload([{ ...code, at: card.at + apartMs }], terminal)
    here.world.clock.set(card.at + apartMs + laterMs)
    const order = { do: 'link-taps', card: `${GATE}-1`, code: `${terminal}-${other ? 1 : 2}` }
    return {
      ...here,
      give: (change: object = {}) => here.operator.command({ ...order, ...change }),
    }
  }

  test('links them by their taps', async () => {
    const here = await shown({})
    for (let again = 0; again < 2; again++) {
      expect(await here.give()).toMatchObject({ answer: 'linked' })
    }
    const { card, token, month } = LINK
    expect(await here.links()).toMatchObject([{ card, token, month, proof: 'service-point' }])
  })

  test.each([
    ['long apart', { apartMs: 6 * MINUTE }],
    ['long ago', { laterMs: 31 * MINUTE }],
    ['at two terminals', { other: true }],
  ])('%s proves nothing', async (_, how) => {
    const here = await shown(how)
    await expect(here.give()).rejects.toThrow(refused('operator.bad-link-taps'))
  })

  test('neither does another medium, an unknown tap, or the order of an issuer', async () => {
    const here = await shown({})
    for (const change of [{ code: `${GATE}-1` }, { card: `${GATE}-2` }, { card: `${GATE}-9` }]) {
      await expect(here.give(change)).rejects.toThrow(refused('operator.bad-link-taps'))
    }
    const body = { do: 'link-taps', card: `${GATE}-1`, code: `${GATE}-2` }
    await expect(here.order(body)).rejects.toThrow(refused('message.refused'))
  })
})

test('linked media price as one medium would, in whatever order rides, charges and link come', async () => {
  const drawn = fc.uniqueArray(
    fc.record({
      day: fc.integer({ min: 1, max: 27 }),
      medium: fc.constantFrom<Medium>('card', 'code'),
      run: fc.nat(3),
      rank: fc.nat(99),
    }),
    { selector: ({ day }) => day, minLength: 2, maxLength: 12 },
  )
  await fc.assert(
    fc.asyncProperty(drawn, fc.nat(4), async (rides, linkedBefore) => {
      const one = await openBus(APART)
      for (const { day } of rides) await one.upload([await ride('code', day)], GATE)
      await one.charge()
      const two = await openBus()
      for (const run of [0, 1, 2, 3, 4]) {
        if (run === linkedBefore) await two.order(LINK)
        const now = rides.filter((each) => each.run === run).toSorted((a, b) => a.rank - b.rank)
        for (const { medium, day } of now) await two.upload([await ride(medium, day)], GATE)
        await two.charge()
      }
      expect(await priced(two)).toEqual(await priced(one))
      expect(await two.charge(LATE + DAY_MS)).toMatchObject({ charges: 0, corrections: 0 })
    }),
    { numRuns: 15, seed: 20_261_121 },
  )
})
