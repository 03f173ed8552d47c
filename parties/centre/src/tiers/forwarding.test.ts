import { canonicalJson, createSeededRandom, randomInteger, UnifareError, utf8 } from '@unifare/core'
import { returned } from '@unifare/institution'
import { ledgerTables } from '@unifare/ledger'
import { createFaultyLink, encodeMessage, type Tap } from '@unifare/tap'
import { uploadLineOf, writeFile, writeFileName } from '@unifare/tunion'
import { describe, expect, test } from 'vitest'
import { AT, DAY } from '../clearing.fixture.ts'
import { fileOrders } from '../files/file-order.ts'
import type { Position } from '../netting.ts'
import { netOfLines } from '../reconciliation/day-facts.ts'
import { readWindow, windowOfDay } from '../settling/reading.ts'
import type { Statement } from '../statement.ts'
import { charges, days, statements } from '../tables.ts'
import { allSources } from '../watch/sources.ts'
import { encodeForwarded } from './envelope.ts'
import {
  BUSES,
  CARDS,
  CITIES,
  type City,
  divisionOf,
  GUANGDONG,
  HUBEI,
  NATION,
  openTierNetwork,
  TIERS,
  type TierNetwork,
  TOP_DOWN,
  WUHAN,
} from './network.fixture.ts'
import { tierBatches, tierCharges } from './tables.ts'
import { clearingCentreOf } from './tiers.ts'

const NEXT_DAY = '2026-11-21'

/** One ride of every card on every bus: nine, numbered by card on every bus. */
async function ridden(network: TierNetwork): Promise<void> {
  for (const city of CITIES) await broughtBy(network, city, CITIES)
}

/** Rides of cards on the bus of a city, all in one message of taps and one of charges. */
async function broughtBy(
  network: TierNetwork,
  city: City,
  cards: readonly City[],
  changes: Partial<Tap> = {},
): Promise<readonly Tap[]> {
  const rides: Tap[] = []
  for (const card of cards) {
    rides.push(await network.ride(city, card, { amountFen: 137, ...changes }))
  }
  await network.taps(city, rides)
  await network.charges(
    city,
    rides.map((tap) => [tap]),
  )
  return rides
}

/** Charges with the centres that have them to clear, and what these say. */
async function clearedBy(network: TierNetwork): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const id of TOP_DOWN) {
    const rows = await network.centreOf(id).read((tx) => tx.select(charges, {}))
    for (const { operator, number, verdict } of rows) {
      const name = `${operator}-${number}`
      expect(found[name], `${name} is cleared twice`).toBeUndefined()
      found[name] = `${id} ${verdict}`
    }
  }
  return found
}

async function statementOf(network: TierNetwork, centre: string, member: string, day = DAY) {
  const [row] = await network.centreOf(centre).read((tx) => tx.get(statements, [{ day, member }]))
  return row?.statement as Statement
}

const rootsOf = async (network: TierNetwork) =>
  Promise.all(
    TOP_DOWN.map(async (id) => {
      const rows = await network.centreOf(id).read((tx) => tx.select(days, {}))
      return rows.map(({ root }) => root)
    }),
  )

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: unknown) => (error instanceof UnifareError ? error.code : error),
  )

/** The day as it closes when nothing goes wrong: made once, only read. */
let undisturbed: Promise<TierNetwork> | undefined
function closedNetwork(): Promise<TierNetwork> {
  undisturbed ??= (async () => {
    const network = await openTierNetwork()
    await ridden(network)
    await network.close()
    return network
  })()
  return undisturbed
}

describe('a day over four centres of three tiers', () => {
  test('every ride is cleared by the one centre that the rule names', async () => {
    const network = await closedNetwork()
    const [wuhan, yichang, guangzhou] = [BUSES.wuhan.id, BUSES.yichang.id, BUSES.guangzhou.id]
    expect(await clearedBy(network)).toEqual({
      [`${wuhan}-1`]: `${WUHAN} normal`,
      [`${wuhan}-2`]: `${HUBEI} normal`,
      [`${wuhan}-3`]: `${NATION} normal`,
      [`${yichang}-1`]: `${HUBEI} normal`,
      [`${yichang}-2`]: `${HUBEI} normal`,
      [`${yichang}-3`]: `${NATION} normal`,
      [`${guangzhou}-1`]: `${NATION} normal`,
      [`${guangzhou}-2`]: `${NATION} normal`,
      [`${guangzhou}-3`]: `${GUANGDONG} normal`,
    })
  })

  test('members hear of it from their own centre: all of their rides, with who cleared them', async () => {
    const network = await closedNetwork()
    const [statement, ...more] = network.heard.get(BUSES.wuhan.id) ?? []
    expect(more).toEqual([])
    expect(statement?.lines.map(({ charge, clearedBy: by }) => [charge, by])).toEqual([
      [`${BUSES.wuhan.id}-1`, undefined],
      [`${BUSES.wuhan.id}-2`, HUBEI],
      [`${BUSES.wuhan.id}-3`, NATION],
    ])
    expect(statement?.fromAbove?.map(({ centre }) => centre)).toEqual([HUBEI, NATION])
    for (const city of CITIES) {
      const [told] = network.heard.get(CARDS[city]) ?? []
      expect(told?.lines.map(({ counterparty }) => counterparty).sort()).toEqual(
        CITIES.map((other) => BUSES[other].id).sort(),
      )
    }
  })

  test('is exact to the fen: each level sums to zero, and a part comes down as it was settled', async () => {
    const network = await closedNetwork()
    for (const id of TOP_DOWN) {
      const centre = network.centreOf(id)
      const view = await centre.read(async (tx) => readWindow(tx, await windowOfDay(tx, DAY)))
      expect(view.positions.reduce((sum, { netFen }) => sum + netFen, 0)).toBe(0)
      const books = await centre.read((tx) => tx.select(ledgerTables.balances, {}))
      expect(books.reduce((sum, { balanceFen }) => sum + balanceFen, 0)).toBe(0)
    }
    const nation = await network
      .centreOf(NATION)
      .read(async (tx) => readWindow(tx, await windowOfDay(tx, DAY)))
    // The nation settles with the provinces alone.
    expect(nation.positions.map(({ id }) => id)).toEqual([NATION, HUBEI, GUANGDONG])
    for (const city of CITIES) {
      const { id, centre } = BUSES[city]
      for (const member of [id, CARDS[city]]) {
        const statement = await statementOf(network, centre, member)
        const parts = [statement.ownPosition, ...(statement.fromAbove ?? []).map((p) => p.position)]
        const sum = parts.reduce((total, part) => total + ((part as Position)?.netFen ?? 0), 0)
        expect(statement.position.netFen).toBe(sum)
        for (const part of statement.fromAbove ?? []) {
          const above = await statementOf(network, part.centre, member, part.day)
          expect(part.position).toEqual(above.ownPosition ?? above.position)
        }
      }
    }
  })

  test('its windows close, and money comes to rest at zero on every level', async () => {
    const network = await openTierNetwork()
    await ridden(network)
    await network.close()
    for (const id of TOP_DOWN) {
      const centre = network.centreOf(id)
      const window = await centre.read((tx) => windowOfDay(tx, DAY))
      const view = await centre.read((tx) => readWindow(tx, window))
      await centre.command({ do: 'close-window', window, by: 'clock', role: 'clock' })
      const books = await centre.read((tx) => tx.select(ledgerTables.balances, {}))
      const left = books.filter(
        ({ account, balanceFen }) => account.startsWith('member/') && balanceFen !== 0,
      )
      expect(left).toEqual([])
      for (const { id: member, netFen } of view.positions) {
        const account = `window/${window}/${member}/position`
        expect(books.find((row) => row.account === account)?.balanceFen ?? 0).toBe(netFen)
        // A child has its account at its parent, and the parent at its child.
        const terms = { depositFen: 0, capFen: 1_000_000, lowFen: 0 }
        if (member === id) continue
        await centre.command({ do: 'set-reserve', member, ...terms })
        const money = { amountFen: 1_000_000, reference: 'first' }
        await centre.command({ do: 'top-up-reserve', member, ...money })
      }
      const staff = { window, by: 'one', role: 'settler', approvedBy: 'two' }
      const sent = await centre.command({ do: 'instruct-window', ...staff })
      const { valueDate } = sent as { valueDate: string }
      const paid = { window, by: 'bank', role: 'bank', bookedOn: valueDate }
      expect(await centre.command({ do: 'confirm-window', ...paid })).toMatchObject({
        state: 'SETTLED',
      })
      const after = await centre.read((tx) => tx.select(ledgerTables.balances, {}))
      const open = after.filter(({ account }) => account.startsWith(`window/${window}/`))
      expect(open.filter(({ balanceFen }) => balanceFen !== 0)).toEqual([])
    }
  })

  test('reconciles at each centre, and runs again to the same roots', async () => {
    const network = await openTierNetwork()
    await ridden(network)
    const closed = await network.close()
    for (const id of TOP_DOWN) {
      const centre = network.centreOf(id)
      expect((await centre.rerun(DAY)).root).toBe(closed.get(id)?.root)
      const compared = await centre.command({ do: 'reconcile', day: DAY })
      expect(compared).toMatchObject({ opened: [], open: 0 })
    }
  })

  test('what is refused above comes back to the operator with its verdict', async () => {
    const network = await openTierNetwork()
    const good = await network.ride('wuhan', 'guangzhou')
    const spoilt = await network.ride('wuhan', 'guangzhou')
    const evidence = spoilt.evidence.slice()
    evidence[23] = (evidence[23] ?? 0) ^ 1
    await network.taps('wuhan', [good, { ...spoilt, evidence }])
    await network.charges('wuhan', [[good], [{ ...spoilt, evidence }]])
    await network.close()
    const [told] = network.heard.get(BUSES.wuhan.id) ?? []
    expect(told?.lines.map(({ verdict, clearedBy: by }) => [verdict, by])).toEqual([
      ['normal', NATION],
      ['card.bad-tac', NATION],
    ])
    const kept = await network.centreOf(WUHAN).read((tx) => tx.select(tierCharges, {}))
    expect(kept.map(({ day, verdict }) => [day, verdict])).toEqual([
      [DAY, 'normal'],
      [DAY, 'card.bad-tac'],
    ])
  })

  test('what comes down after the close stands on the next day', async () => {
    const network = await openTierNetwork()
    await ridden(network)
    // From below: Wuhan is first, and knows nothing from above yet.
    for (const id of TOP_DOWN.toReversed()) {
      await network.deliver()
      await network.centreOf(id).command({ do: 'close-day', day: DAY })
    }
    await network.deliver()
    await network.close(NEXT_DAY)
    await network.close('2026-11-22')
    const heard = network.heard.get(BUSES.wuhan.id) ?? []
    expect(
      heard.flatMap(({ day, lines }) => lines.map((line) => [day, line.charge, line.clearedBy])),
    ).toEqual([
      [DAY, `${BUSES.wuhan.id}-1`, undefined],
      [NEXT_DAY, `${BUSES.wuhan.id}-2`, HUBEI],
      [NEXT_DAY, `${BUSES.wuhan.id}-3`, NATION],
    ])
  })
})

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

describe('random rides', () => {
  test.each([1, 2])('each once, where the rule says, seed %i', async (seed) => {
    const network = await openTierNetwork()
    const random = createSeededRandom(`rides ${seed}`)
    const pick = () => CITIES[randomInteger(random, CITIES.length)] as City
    const wanted: Record<string, string> = {}
    const numbers = new Map<City, number>()
    for (let batch = 0; batch < 6; batch += 1) {
      const city = pick()
      const cards = Array.from({ length: 1 + randomInteger(random, 4) }, pick)
      await broughtBy(network, city, cards, { amountFen: 101 + randomInteger(random, 900) })
      if (randomInteger(random, 2) === 0) await network.deliver()
      for (const card of cards) {
        const number = (numbers.get(city) ?? 0) + 1
        numbers.set(city, number)
        const { id } = BUSES[city]
        const clearing = clearingCentreOf(TIERS, {
          issuerDivision: divisionOf(CARDS[card]) ?? '',
          operatorDivision: divisionOf(id) ?? '',
          day: DAY,
        })
        wanted[`${id}-${number}`] = `${clearing.centre} normal`
      }
    }
    await network.close()
    expect(await clearedBy(network)).toEqual(wanted)
    const nets = await Promise.all(
      TOP_DOWN.map(async (id) => {
        const [row] = await network.centreOf(id).read((tx) => tx.select(days, {}))
        return ((row?.positions ?? []) as Position[]).map(({ netFen }) => netFen)
      }),
    )
    expect(nets.flat().reduce((sum, one) => sum + one, 0)).toBe(0)
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
  const denied = (city: City) => ({
    medium: 'card' as const,
    issuer: CARDS[city],
    account: '3120000001000000017',
    reason: 'lost' as const,
    since: 0,
  })

  test('reach the terminals of all centres, and the centre above judges by the list they held', async () => {
    const network = await openTierNetwork()
    await network.deny('guangzhou', 1, [denied('guangzhou')])
    await network.deliver()
    const before = await network.ride('wuhan', 'guangzhou')
    const after = await network.ride('wuhan', 'guangzhou')
    await network.taps('wuhan', [before], 0)
    await network.taps('wuhan', [after], 1)
    await network.charges('wuhan', [[before], [after]])
    await network.close()
    const [told] = network.heard.get(BUSES.wuhan.id) ?? []
    expect(told?.lines.map(({ verdict }) => verdict)).toEqual(['normal', 'deny.listed'])
    expect((await network.centreOf(NATION).rerun(DAY)).charges.map((one) => one.verdict)).toEqual([
      'normal',
      'deny.listed',
    ])
  })
})

describe('who may forward', () => {
  const forwardedBy = async (
    network: TierNetwork,
    by: string,
    to: string,
    receiver = BUSES.guangzhou.centre,
  ) => {
    const bytes = await encodeMessage({
      kind: 'charge-batch',
      sender: BUSES.guangzhou.id,
      receiver,
      sentAt: network.clock.now(),
      body: new Uint8Array(8),
      sign: network.signOf(BUSES.guangzhou.id),
    })
    return network.send(by, to, 'charge-batch', encodeForwarded({ bytes }, [1]))
  }

  test('a child to its parent, and what it was sent itself', async () => {
    const network = await openTierNetwork()
    expect(await refusal(forwardedBy(network, GUANGDONG, HUBEI))).toBe('tier.unknown')
    expect(await refusal(forwardedBy(network, BUSES.wuhan.id, NATION))).toBe('tier.unknown')
    expect(await refusal(forwardedBy(network, HUBEI, NATION))).toBe('message.wrong-receiver')
  })

  test('what the operator signed', async () => {
    const network = await openTierNetwork()
    const bytes = await encodeMessage({
      kind: 'charge-batch',
      sender: BUSES.guangzhou.id,
      receiver: GUANGDONG,
      sentAt: network.clock.now(),
      body: new Uint8Array(8),
      sign: network.signOf(GUANGDONG),
    })
    const forged = network.send(GUANGDONG, NATION, 'charge-batch', encodeForwarded({ bytes }, [1]))
    expect(await refusal(forged)).toBe('message.bad-signature')
  })

  test('a result must come to its parts, and nothing comes behind it', async () => {
    const network = await openTierNetwork()
    const down = (body: object) =>
      refusal(network.send(NATION, HUBEI, 'statement', utf8(canonicalJson({ day: DAY, ...body }))))
    const position = { id: CARDS.yichang, receivableFen: 0, payableFen: 7, netFen: -7 }
    const statement = {
      member: CARDS.yichang,
      day: DAY,
      root: '00',
      position,
      roundingFen: 0,
      lines: [],
      orders: [],
    }
    const page = { tier: 'page', member: CARDS.yichang, part: 0, statement }
    const result = { tier: 'result', root: '00', netFen: -7, members: [position], pages: 1 }
    expect(await down(result)).toBe('message.malformed')
    expect(await down(page)).toBe('accepted')
    expect(await down({ ...result, netFen: -6 })).toBe('tier.bad-result')
    const other = { ...position, netFen: -6 }
    expect(await down({ ...result, netFen: -6, members: [other] })).toBe('tier.bad-result')
    expect(await down({ ...result, root: '01' })).toBe('accepted')
    expect(await down({ ...page, part: 1 })).toBe('tier.bad-result')
  })

  test('results come from above alone', async () => {
    const network = await openTierNetwork()
    const body = new TextEncoder().encode(JSON.stringify({ tier: 'result', day: DAY }))
    expect(await refusal(network.send(WUHAN, HUBEI, 'statement', body))).toBe('message.refused')
  })

  test('centres that do not agree on the rule: refused, kept, and taken when they do', async () => {
    const network = await openTierNetwork()
    const own = {
      tiers: { ...TIERS, rules: TIERS.rules.map((one) => ({ ...one, tier: 'city' as const })) },
    }
    await network.open(NATION, { ...own })
    await broughtBy(network, 'guangzhou', ['wuhan'])
    expect(await network.deliver()).toBe(0)
    const kept = await network.centreOf(GUANGDONG).read((tx) => tx.select(returned, {}))
    expect(kept.map(({ code, receiver }) => [code, receiver])).toEqual([['tier.unknown', NATION]])
    await network.open(NATION)
    await network.centreOf(GUANGDONG).command({ do: 'forward-again' })
    await network.close()
    expect(await clearedBy(network)).toEqual({ [`${BUSES.guangzhou.id}-1`]: `${NATION} normal` })
  })
})

test('lines of a statement that a centre above cleared are not in the own net', async () => {
  const network = await closedNetwork()
  const statement = await statementOf(network, WUHAN, BUSES.wuhan.id)
  expect(netOfLines(statement)).toBe(statement.ownPosition?.netFen)
})
