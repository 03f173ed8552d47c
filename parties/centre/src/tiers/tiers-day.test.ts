import { createSeededRandom, randomInteger } from '@unifare/core'
import { ledgerTables } from '@unifare/ledger'
import { describe, expect, test } from 'vitest'
import { DAY } from '../clearing.fixture.ts'
import type { Position } from '../netting.ts'
import { netOfLines } from '../reconciliation/day-facts.ts'
import { readWindow, windowOfDay } from '../settling/reading.ts'
import { days } from '../tables.ts'
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
  TOP_DOWN,
  WUHAN,
} from './network.fixture.ts'
import { broughtBy, clearedBy, closedNetwork, ridden, statementOf } from './rides.fixture.ts'
import { tierCharges } from './tables.ts'
import { clearingCentreOf } from './tiers.ts'

const NEXT_DAY = '2026-11-21'

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

test('lines of a statement that a centre above cleared are not in the own net', async () => {
  const network = await closedNetwork()
  const statement = await statementOf(network, WUHAN, BUSES.wuhan.id)
  expect(netOfLines(statement)).toBe(statement.ownPosition?.netFen)
})
