import { type CardTransport, readCard } from '@unifare/card'
import * as centre from '@unifare/centre'
import type { Table, Tx } from '@unifare/core'
import { intake, positions, shelfTable } from '@unifare/institution'
import * as issuer from '@unifare/issuer'
import { balances, ledgerTables } from '@unifare/ledger'
import * as operator from '@unifare/operator'
import { deliveryId, parseCharge } from '@unifare/tap'
import { beforeAll, describe, expect, it } from 'vitest'
import { type MemoryNetwork, openMemoryNetwork } from './memory-network.fixture.ts'
import { type DayOutcome, type Ports, prepareNetwork, rideDay } from './src/index.ts'

const TINY = {
  seed: 'a day',
  day: '2026-11-20',
  riders: 90,
  operators: ['15215211', '15215212'],
  issuers: ['05215210'],
}
const [ISSUER] = TINY.issuers as [string]

interface Ridden extends MemoryNetwork {
  readonly outcome: DayOutcome
  readonly cards: ReadonlySet<CardTransport>
}

let first: Ridden
beforeAll(async () => {
  first = await ride(TINY.seed)
})

describe('a seeded day', () => {
  it('runs twice to the same trace hash and the same root, and differs under another seed', async () => {
    const again = await ride(TINY.seed)
    expect(again.traced.hash()).toBe(first.traced.hash())
    expect(again.outcome).toEqual(first.outcome)
    const other = await ride('another day')
    expect(other.traced.hash()).not.toBe(first.traced.hash())
    expect(other.outcome.rerunRoot).not.toBe(first.outcome.rerunRoot)
  })

  it('has rides, refusals and debts to speak of', () => {
    const { accepted, refused, collected } = first.outcome
    expect(accepted).toBeGreaterThan(200)
    expect(refused['card.insufficient-balance']).toBeGreaterThan(0)
    expect(refused['code.invalid']).toBeGreaterThan(0)
    expect(collected.advanced).toBeGreaterThan(0)
  })

  it('runs again at the centre to the root that the close gave', () => {
    const { result, rerunRoot } = first.outcome
    expect(result).toMatchObject({ day: TINY.day, root: rerunRoot, rejected: {} })
  })
})

describe('money of a day', () => {
  it('sums to zero over all members, the centre one of them', async () => {
    const [row] = await first.network.centre.read((tx) => tx.get(centre.days, [{ day: TINY.day }]))
    const nets = row?.positions as centre.Position[]
    expect(nets.map(({ id }) => id)).toContain(first.day.plan.centre.id)
    expect(nets.reduce((sum, { netFen }) => sum + netFen, 0)).toBe(0)
    expect(nets.some(({ netFen }) => netFen !== 0)).toBe(true)
  })

  it('is settled when the day ends: payments tie with the positions, and every window account is at zero', async () => {
    const { window } = first.outcome
    expect(window).toMatchObject({ state: 'SETTLED', days: [TINY.day], valueDate: '2026-11-23' })
    const { centre: party } = first.network
    const { positions, instructions } = await party.read((tx) =>
      centre.readWindow(tx, window.window),
    )
    const [row] = await party.read((tx) => tx.get(centre.days, [{ day: TINY.day }]))
    expect(positions).toEqual(row?.positions)
    for (const { id, netFen } of positions) {
      const got = instructions.reduce(
        (sum, { debtor, creditor, amountFen }) =>
          sum + (creditor === id ? amountFen : 0) - (debtor === id ? amountFen : 0),
        0,
      )
      expect([id, got]).toEqual([id, netFen])
    }
    expect(instructions.length).toBeGreaterThan(1)
    for (const path of ['window', 'member']) {
      const left = await party.read((tx) => balances(tx, path))
      expect([...left.values()].filter((fen) => fen !== 0)).toEqual([])
    }
    const reserves = await party.read(centre.readReserves)
    expect(reserves.flatMap(({ alarms }) => alarms)).toEqual([])
    for (const { member, availableFen } of reserves) {
      const netFen = positions.find(({ id }) => id === member)?.netFen ?? 0
      expect([member, availableFen]).toEqual([member, centre.DEMONSTRATION_TOP_UP_FEN + netFen])
    }
  })

  it('is on the cards or settled: nothing else became of what was loaded', async () => {
    const issuedFen = first.day.script.riders
      .filter(({ medium }) => medium === 'card')
      .reduce((sum, { moneyFen }) => sum + moneyFen, 0)
    const settled = await normalCharges(first)
    const settledOfCards = settled
      .filter(({ medium }) => medium === 'card')
      .reduce((sum, { amountFen }) => sum + amountFen, 0)
    let onCards = 0
    for (const card of first.cards) {
      const read = await readCard(card)
      if (!read.ok) throw new Error(read.code)
      onCards += read.view.balanceFen
    }
    const untouched = unriddenCardsFen(first)
    expect(settledOfCards).toBeGreaterThan(0)
    expect(onCards + untouched + settledOfCards).toBe(issuedFen + (await toppedUpFen(first)))
    const issued = await first.network.issuers
      .get(ISSUER)
      ?.issuer.read((tx) => tx.select(issuer.cards, {}))
    const spent = issued?.reduce((sum, { spentFen }) => sum + spentFen, 0)
    expect(spent).toBe(settledOfCards)
  })

  it('has loads at service points in its settlement: agents pay what they took', async () => {
    const loadedFen = await toppedUpFen(first)
    expect(loadedFen).toBeGreaterThan(0)
    const orders = await first.network.centre.read((tx) => tx.select(centre.orders, {}))
    expect(orders.map(({ day }) => day)).toEqual(orders.map(() => TINY.day))
    expect(orders.reduce((sum, { amountFen }) => sum + amountFen, 0)).toBe(loadedFen)
    let tillsFen = 0
    for (const party of first.network.operators.values()) {
      for (const fen of (await party.read((tx) => balances(tx, 'till'))).values()) tillsFen += fen
    }
    expect(tillsFen).toBe(loadedFen)
  })

  it('charges every accepted journey once, and nothing that was refused', async () => {
    const counts = new Map<string, number>()
    for (const charge of await normalCharges(first)) {
      for (const tap of charge.taps) {
        counts.set(deliveryId(tap), (counts.get(deliveryId(tap)) ?? 0) + 1)
      }
    }
    expect([...counts.values()].filter((times) => times !== 1)).toEqual([])
    const ends = first.traced.decisions.filter(
      ({ decision }) => decision.ok && ['purchase', 'exit', 'return'].includes(decision.kind),
    )
    const missing = ends.filter(
      ({ terminal, decision: { sequence } }) => !counts.has(deliveryId({ terminal, sequence })),
    )
    expect(missing).toEqual([])
    const refused = first.traced.decisions.filter(
      ({ terminal, decision: { ok, sequence } }) =>
        !ok && counts.has(deliveryId({ terminal, sequence })),
    )
    expect(refused).toEqual([])
  })
})

describe('state rebuilt from segments', () => {
  it('is the state that was lost', async () => {
    const rebuilt = await openMemoryNetwork(TINY, new Map(first.disks))
    const before = await stateOf(first)
    expect(before.centre.settled.length).toBeGreaterThan(150)
    expect(await stateOf(rebuilt)).toEqual(before)
    expect((await rebuilt.network.centre.rerun(TINY.day)).root).toBe(first.outcome.rerunRoot)
    await rebuilt.network.close()
  })
})

async function ride(seed: string): Promise<Ridden> {
  const opened = await openMemoryNetwork({ ...TINY, seed })
  const cards = new Set<CardTransport>()
  const ports = collectingCards(opened.day.ports, cards)
  await prepareNetwork(opened.day)
  const outcome = await rideDay({ ...opened.day, ports })
  return { ...opened, outcome, cards }
}

function collectingCards(ports: Ports, cards: Set<CardTransport>): Ports {
  return {
    ...ports,
    terminal(id) {
      const terminal = ports.terminal(id)
      return {
        ...terminal,
        presentCard(transport, metered) {
          cards.add(transport)
          return terminal.presentCard(transport, metered)
        },
      }
    },
  }
}

async function normalCharges({ network }: MemoryNetwork) {
  const rows = await network.centre.read((tx) => tx.select(centre.charges, { day: TINY.day }))
  expect(rows.filter(({ verdict }) => verdict !== 'normal')).toEqual([])
  return rows.map(({ raw }) => parseCharge(raw))
}

/** What was loaded on cards at service points; nothing of it is in doubt. */
async function toppedUpFen({ network }: MemoryNetwork): Promise<number> {
  const rows = await network.issuers.get(ISSUER)?.issuer.read((tx) => tx.select(issuer.loads, {}))
  expect(rows?.filter(({ state }) => state !== 'CONFIRMED')).toEqual([])
  return rows?.reduce((sum, { amountFen }) => sum + amountFen, 0) ?? 0
}

/** Cards of riders who never came to a terminal: their money is what the script loaded. */
function unriddenCardsFen({ day }: MemoryNetwork): number {
  const rode = new Set(day.script.steps.map(({ rider }) => rider))
  return day.script.riders
    .filter(({ id, medium }) => medium === 'card' && !rode.has(id))
    .reduce((sum, { moneyFen }) => sum + moneyFen, 0)
}

/** Every table of every institution but the outboxes, whose messages were delivered before. */
async function stateOf({ network }: MemoryNetwork) {
  const common = { intake, positions, shelfTable, ...ledgerTables }
  const operators = []
  for (const party of network.operators.values()) {
    const { taps, journeys, charges, statements } = operator
    const tables = { ...common, taps, journeys, charges, statements }
    operators.push(await party.read((tx) => tablesOf(tx, tables)))
  }
  const issuers = []
  for (const { issuer: party } of network.issuers.values()) {
    const { accounts, cards, rides, statements } = issuer
    const tables = { ...common, accounts, cards, rides, statements }
    issuers.push(await party.read((tx) => tablesOf(tx, tables)))
    issuers.push(await party.read((tx) => balances(tx)))
  }
  const { taps, charges, days, statements, settled, cards, denyEntries } = centre
  const { windows, windowDays, windowEvents, instructions, reserves } = centre
  const settlement = { windows, windowDays, windowEvents, instructions, reserves }
  const cleared = { taps, charges, days, statements, settled, cards, denyEntries }
  const tables = { ...common, ...cleared, ...settlement }
  return {
    operators,
    issuers,
    centre: await network.centre.read((tx) => tablesOf(tx, tables)),
    ledger: await network.centre.read((tx) => balances(tx)),
  }
}

async function tablesOf<Name extends string>(
  tx: Tx,
  tables: Readonly<Record<Name, Table<never>>>,
): Promise<Record<Name, object[]>> {
  const entries: [string, object[]][] = []
  for (const [name, table] of Object.entries(tables) as [Name, Table<object>][]) {
    entries.push([name, (await tx.select(table, {})).map(withoutSignatures)])
  }
  return Object.fromEntries(entries) as Record<Name, object[]>
}

/** Signatures stand beside the compared bytes: a new one is as good as the old one. */
function withoutSignatures(row: object): object {
  return JSON.parse(
    JSON.stringify(row, (key, value) => (key === 'signature' ? undefined : value)),
  ) as object
}
