import type { IncomingMessage } from 'node:http'
import { type CardSlot, type CardTransport, readCard } from '@unifare/card'
import { createSeededRandom, randomInteger, UnifareError } from '@unifare/core'
import { type HttpServer, serveHttp } from '@unifare/tap/node'
import type { Decision } from '@unifare/terminal'
import { Hono } from 'hono'
import { afterEach, describe, expect, it } from 'vitest'
import { openMemoryNetwork } from './memory-network.fixture.ts'
import {
  type ControlOrders,
  closedDay,
  createCardField,
  createControlApp,
  createControlClient,
  createHttpCardTransport,
} from './node/index.ts'
import { type Ports, prepareNetwork, rideDay } from './src/index.ts'

const TOKEN = 'a secret of this test only'
const TINY = {
  seed: 'torn connections',
  day: '2026-11-20',
  riders: 30,
  operators: ['15215211', '15215212'],
  issuers: ['05215210'],
}

let server: HttpServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

describe('the control interface', () => {
  it('carries orders out at the driver’s instant', async () => {
    const times: number[] = []
    const url = await serveOrders({ double: async ({ n }) => 2 * Number(n) }, (at) =>
      times.push(at),
    )
    const client = createControlClient({ url, token: TOKEN, now: () => 77 })
    expect(await client.ready()).toBe(true)
    expect(await client.order('party', 'double', { n: 4 })).toBe(8)
    await client.setClock(78)
    expect(times).toEqual([77, 78])
  })

  it('gives refusals back with their codes, and faults as faults', async () => {
    const url = await serveOrders({
      refuse: async () => {
        throw new UnifareError('some.code', 'in words')
      },
      fail: async () => {
        throw new TypeError('a defect')
      },
    })
    const client = createControlClient({ url, token: TOKEN, now: () => 0 })
    await expect(client.order('party', 'refuse')).rejects.toMatchObject({
      code: 'some.code',
      message: 'in words',
    })
    await expect(client.order('party', 'fail')).rejects.toMatchObject({ code: 'control.fault' })
  })

  it('knows only its parties and their orders', async () => {
    const url = await serveOrders({ known: async () => null })
    const client = createControlClient({ url, token: TOKEN, now: () => 0 })
    for (const [party, order] of [
      ['party', 'unknown'],
      ['party', 'toString'],
      ['nobody', 'known'],
    ] as const) {
      await expect(client.order(party, order)).rejects.toMatchObject({ code: 'control.unknown' })
    }
  })

  it('does nothing without the token, or under another name of this machine', async () => {
    let done = 0
    const url = await serveOrders({ known: async () => ++done })
    const client = createControlClient({ url, token: 'a wrong secret of it', now: () => 0 })
    await expect(client.order('party', 'known')).rejects.toMatchObject({ code: 'control.refused' })
    await expect(client.ready()).rejects.toMatchObject({ code: 'control.refused' })
    const app = controlApp({ known: async () => ++done })
    const rebound = await app.request('http://evil.example/control/party/known', {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, host: 'evil.example' },
      body: '{"at":0}',
    })
    expect(rebound.status).toBe(403)
    expect(done).toBe(0)
  })

  it('tells a process that is not there', async () => {
    const url = await serveOrders({})
    await server?.close()
    server = undefined
    const client = createControlClient({ url, token: TOKEN, now: () => 0 })
    expect(await client.ready()).toBe(false)
    await expect(client.order('party', 'any')).rejects.toMatchObject({
      code: 'control.unreachable',
    })
  })
})

describe('cards at terminals of another process', () => {
  it('pay once when connections break in the middle', { timeout: 60_000 }, async () => {
    const whole = await ride()
    const torn = await ride({ tearOneIn: 12 })
    expect(torn.tears).toBeGreaterThan(50)
    expect(torn.completed).toBeGreaterThan(0)
    expect(torn.balances).toEqual(whole.balances)
    expect(torn.positions).toEqual(whole.positions)
    expect(torn.outcome.accepted).toBe(whole.outcome.accepted)
    expect(torn.outcome.refused).toEqual(whole.outcome.refused)
  })
})

/** Rides a day; with `tearOneIn` all APDUs go over HTTP, and one in so many loses its connection. */
async function ride({ tearOneIn }: { readonly tearOneIn?: number } = {}) {
  const { network, day } = await openMemoryNetwork(TINY)
  const cards = new Set<CardTransport>()
  const field = createCardField()
  const chance = createSeededRandom(TINY.seed)
  const count = { tears: 0, completed: 0 }
  const app = new Hono<{ Bindings: { incoming: IncomingMessage } }>()
  app.use(async (c, next) => {
    await next()
    if (tearOneIn === undefined || randomInteger(chance, tearOneIn) !== 0) return
    // The card carried the command out; its answer never arrives.
    count.tears += 1
    c.env.incoming.socket.destroy()
  })
  app.route(
    '/',
    controlApp(field.orders, () => undefined, field.name),
  )
  const client = createControlClient({ url: await listen(app), token: TOKEN, now: () => 0 })
  const overHttp = async (
    card: CardTransport,
    present: (transport: CardTransport) => Promise<Decision>,
  ): Promise<Decision> => {
    cards.add(card)
    if (tearOneIn === undefined) return present(card)
    for (;;) {
      // A rider whose card was cut off holds it to the reader again.
      ;(card as CardSlot).reset()
      const decision = await field.lay(card, (name) =>
        present(createHttpCardTransport(client, name)),
      )
      if (decision.ok && decision.completed) count.completed += 1
      if (decision.ok || decision.reason !== 'card.torn') return decision
    }
  }
  const ports: Ports = {
    ...day.ports,
    terminal(id) {
      const terminal = day.ports.terminal(id)
      return {
        ...terminal,
        presentCard: (card, metered) =>
          overHttp(card, (transport) => terminal.presentCard(transport, metered)),
      }
    },
  }
  await prepareNetwork({ ...day, ports })
  const outcome = await rideDay({ ...day, ports })
  const { members } = await closedDay(network.centre, TINY.day)
  const balances: number[] = []
  for (const card of cards) balances.push(await balanceOf(card))
  await network.close()
  await server?.close()
  server = undefined
  return { ...count, outcome, positions: members, balances }
}

async function balanceOf(card: CardTransport): Promise<number> {
  const read = await readCard(card)
  if (!read.ok) throw new Error(read.code)
  return read.view.balanceFen
}

function controlApp(
  orders: ControlOrders,
  setClock: (at: number) => void = () => undefined,
  party = 'party',
): Hono {
  return createControlApp({ token: TOKEN, setClock, parties: new Map([[party, orders]]) })
}

async function serveOrders(orders: ControlOrders, setClock?: (at: number) => void) {
  return listen(controlApp(orders, setClock))
}

async function listen(extra: unknown): Promise<string> {
  server = await serveHttp({ port: 0, handlers: () => undefined, extra: extra as Hono })
  return `http://127.0.0.1:${server.port}`
}
