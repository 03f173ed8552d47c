import { type CardSlot, type CardTransport, readCard } from '@unifare/card'
import * as centre from '@unifare/centre'
import {
  assert,
  canonicalJson,
  createSeededRandom,
  type Fen,
  fromHex,
  type Random,
  randomInteger,
  sumFen,
  UnifareError,
  utf8,
} from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { balances } from '@unifare/ledger'
import {
  askThroughCentre,
  loadForCash,
  type ServicePoint,
  type WriteResult,
  writeWaiting,
} from '@unifare/operator'
import { createWallet, type Wallet } from '@unifare/rider'
import { createFaultyLink, exchange, type Link } from '@unifare/tap'
import { riderRandom } from '../parties.ts'
import { balanceOf, issueDrillCards, nextCut, pick, torn } from './drill-cards.ts'
import { type DrillNetwork, openDrillNetwork } from './drill-network.ts'
import { type DrillReport, drillReport, place } from './report.ts'

const RIDERS = 8
const CARD_FEN = 1_000
const CASH_FEN = 200_000
const BANK_FEN = 200_000
const BETWEEN_MS = 30_000
/** Commands of a presentation with a doubt and a load, and some behind its end. */
const COMMANDS = 24
/** Orders that a rider has open at once. */
const OPEN_MAX = 2
const VISITS_MAX = 20
/** Faults of the carrier, in parts per million of the messages. */
const FAULTS = { loseRequest: 60_000, loseAnswer: 60_000, duplicate: 60_000 } as const
/** Of so many messages one finds its receiver just restarted. */
const RESTART_ONE_OF = 25

interface Order {
  readonly order: string
  readonly amountFen: Fen
  /** Who took the cash; none for one that the rider's bank paid. */
  readonly agent: string | undefined
}

interface Rider {
  readonly number: string
  readonly card: CardSlot
  readonly wallet: Wallet
  cashFen: Fen
  /** Orders that the rider waits for. */
  open: readonly Order[]
}

interface Tally {
  orders: number
  presentations: number
  fieldLost: number
  messagesLost: number
  restarts: number
  rebuilt: number
  confirmed: number
  reversed: number
}

interface Drill {
  readonly network: DrillNetwork
  readonly random: Random
  readonly riders: readonly Rider[]
  readonly tills: Map<string, Fen>
  readonly tally: Tally
  attempts: number
}

/**
 * Loads under cuts: cash at the service points of two operators and orders paid from the bank
 * that the next reader writes, while fields are lost, messages get lost or come twice, and centre
 * and issuer lose power between any two messages, with or without their databases. Then every card
 * is presented once more, and every fen is on a card, in a pocket, or in an order's suspense.
 */
export async function drillLoad(options: {
  readonly seed: string
  readonly orders: number
  readonly engine: SignatureEngine
}): Promise<DrillReport> {
  const { seed, orders } = options
  const random = createSeededRandom(`${seed}/load`)
  const tally: Tally = {
    orders: 0,
    presentations: 0,
    fieldLost: 0,
    messagesLost: 0,
    restarts: 0,
    rebuilt: 0,
    confirmed: 0,
    reversed: 0,
  }
  const faults = { on: false }
  const network = await openDrillNetwork({
    seed: `load/${seed}`,
    engine: options.engine,
    wrap: (link) => spoiled(link, { faults, random, tally, restart: (id) => restart(id) }),
  })
  async function restart(id: string): Promise<void> {
    const forget = randomInteger(random, 2) === 0
    tally.restarts += 1
    if (forget) tally.rebuilt += 1
    await network.restart(id, { forget, random })
  }
  const riders = await newRiders(network)
  const tills = new Map(network.operators.map((id) => [id, 0]))
  const drill: Drill = { network, random, riders, tills, tally, attempts: 0 }
  faults.on = true
  while (tally.orders < orders) await oneVisit(drill)
  faults.on = false
  for (const rider of riders) await finish(drill, rider)
  const report = await sums(drill, seed)
  await network.close()
  return report
}

/** Loses and repeats messages, and stops receivers just before one reaches them. */
function spoiled(
  link: Link,
  options: {
    readonly faults: { readonly on: boolean }
    readonly random: Random
    readonly tally: Tally
    readonly restart: (id: string) => Promise<void>
  },
): Link {
  const { faults, random, tally } = options
  const lossy = createFaultyLink(link, { random, ...FAULTS })
  return {
    async send(receiver, message) {
      if (!faults.on) return link.send(receiver, message)
      if (randomInteger(random, RESTART_ONE_OF) === 0) await options.restart(receiver)
      try {
        return await lossy.send(receiver, message)
      } catch (error) {
        tally.messagesLost += 1
        throw error
      }
    },
  }
}

async function newRiders(network: DrillNetwork): Promise<Rider[]> {
  const { plan, keys, engine, link } = network
  const cards = await issueDrillCards(network, { count: RIDERS, balanceFen: CARD_FEN })
  const [issuer] = plan.issuers
  assert(issuer !== undefined, 'the drill has an issuer')
  return Promise.all(
    cards.map(async (card, index): Promise<Rider> => {
      const wallet = createWallet({
        issuer: issuer.id,
        issuerKey: keys.link.publicKey(issuer.id),
        link,
        engine,
        random: riderRandom(plan, `wallet-${index}`),
        now: () => network.clock.now(),
      })
      await wallet.open()
      await wallet.authorise({ channel: 'simulated', limitFen: 100_000, sources: ['balance'] })
      network.issuer().bank.fund(wallet.state().account, BANK_FEN)
      const read = await readCard(card)
      assert(read.ok, 'a new card can be read')
      return { number: read.view.number, card, wallet, cashFen: CASH_FEN, open: [] }
    }),
  )
}

/** A rider comes to a service point, with open orders or to make one. */
async function oneVisit(drill: Drill): Promise<void> {
  const { network, random, riders } = drill
  const rider = pick(random, riders)
  network.wait(BETWEEN_MS)
  if (rider.open.length < OPEN_MAX && randomInteger(random, 2) === 0) newOrder(drill, rider)
  const cut = nextCut(random, COMMANDS)
  const agent = pick(random, network.operators)
  await visit(drill, rider, { agent, ...(cut && { cut: torn(rider.card, cut) }) })
}

/** Cash on the counter of an agent, or an order on the phone. */
function newOrder(drill: Drill, rider: Rider): void {
  const { random, tally, network } = drill
  tally.orders += 1
  const amountFen = 100 * (1 + randomInteger(random, 30))
  const order = `drill-${String(tally.orders).padStart(6, '0')}`
  const agent = randomInteger(random, 3) === 0 ? undefined : pick(random, network.operators)
  rider.open = [...rider.open, { order, amountFen, agent }]
  if (agent !== undefined) takeCash(drill, rider, { agent, amountFen })
}

function takeCash(
  { tills }: Drill,
  rider: Rider,
  { agent, amountFen }: { readonly agent: string; readonly amountFen: Fen },
): void {
  rider.cashFen -= amountFen
  tills.set(agent, (tills.get(agent) ?? 0) + amountFen)
}

/** Presents until the orders are over, without any cut. */
async function finish(drill: Drill, rider: Rider): Promise<void> {
  for (let times = 0; rider.open.length > 0; times++) {
    assert(times < VISITS_MAX, `order ${rider.open[0]?.order} never ends`)
    drill.network.wait(BETWEEN_MS)
    const agent = rider.open[0]?.agent ?? pick(drill.random, drill.network.operators)
    await visit(drill, rider, { agent })
  }
}

/** One presentation: what this agent took cash for, then whatever waits for a reader. */
async function visit(
  drill: Drill,
  rider: Rider,
  at: { readonly agent: string; readonly cut?: CardTransport },
): Promise<void> {
  const { network, tally } = drill
  tally.presentations += 1
  rider.card.reset()
  const transport = at.cut ?? rider.card
  const point = pointOf(drill, at.agent)
  const count = (result: WriteResult) => {
    if (!result.ok && result.code === 'card.torn') tally.fieldLost += 1
    return result
  }
  await unlessUnreachable(async () => {
    for (const open of rider.open.filter(({ agent }) => agent === at.agent)) {
      const { order, amountFen } = open
      settle(drill, rider, open, count(await loadForCash(point, { transport, order, amountFen })))
    }
  })
  const byBank = rider.open.filter(({ agent }) => agent === undefined)
  if (byBank.length > 0) {
    await unlessUnreachable(async () => {
      for (const open of byBank) await orderByBank(network, rider, open)
      for (const result of await writeWaiting(point, transport)) count(result)
    })
    await unlessUnreachable(() => lookAtPhone(drill, rider))
  }
  await unlessUnreachable(() => network.issuer().issuer.deliver())
}

function pointOf(drill: Drill, agent: string): ServicePoint {
  const { network } = drill
  const ask = askThroughCentre(
    { ask: (...request) => network.operator(agent).ask(...request) },
    { centre: network.plan.centre.id, attempt: () => String((drill.attempts += 1)) },
  )
  return { ask, terminal: `4131${agent}`, keyIndex: 1, now: () => network.clock.now() }
}

/** The agent believes what the issuer says of the order: loaded, or the cash goes back. */
function settle(drill: Drill, rider: Rider, open: Order, result: WriteResult): void {
  const { state } = result
  if (state !== 'CONFIRMED' && state !== 'REVERSED') return
  const { agent, amountFen } = open
  drill.tally[state === 'CONFIRMED' ? 'confirmed' : 'reversed'] += 1
  if (state === 'REVERSED' && agent !== undefined) {
    takeCash(drill, rider, { agent, amountFen: -amountFen })
  }
  rider.open = rider.open.filter(({ order }) => order !== open.order)
}

/** The rider's phone orders and the issuer asks the bank; both again, until it is known. */
async function orderByBank(network: DrillNetwork, rider: Rider, open: Order): Promise<void> {
  const { engine, link, keys, clock } = network
  const { order, amountFen } = open
  const { linkKey, issuer } = rider.wallet.state()
  const body = { do: 'load-request', way: 'next-reader', order, card: rider.number, amountFen }
  const self = {
    id: `rider-${linkKey.publicKey}`,
    sign: async (message: Uint8Array) => engine.ed25519Sign(fromHex(linkKey.privateKey), message),
    publicKeyOf: async () => keys.link.publicKey(issuer),
    engine,
    now: () => clock.now(),
  }
  await exchange(link, self, { receiver: issuer, kind: 'order', body: utf8(canonicalJson(body)) })
  await network.issuer().issuer.payLoads()
}

/** What the phone shows of the rider's orders. */
async function lookAtPhone(drill: Drill, rider: Rider): Promise<void> {
  const view = (await rider.wallet.look()) as {
    readonly orders: readonly { readonly order: string; readonly state: string }[]
  }
  for (const open of rider.open.filter(({ agent }) => agent === undefined)) {
    const state = view.orders.find(({ order }) => order === open.order)?.state ?? 'REQUESTED'
    settle(drill, rider, open, { ok: false, code: 'drill.waits', state })
  }
}

/** A message without an answer: whoever asked comes back later. */
async function unlessUnreachable(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof UnifareError) || error.code !== 'link.unreachable') throw error
  }
}

/** What agents pay for the day, as the centre's positions and their re-run say it. */
async function settledWithAgents(network: DrillNetwork): Promise<Fen> {
  await network.settle()
  const { day } = network.plan
  const [closed] = await network.centre().read((tx) => tx.select(centre.days, {}))
  assert(closed !== undefined && closed.day === day, 'the day is closed')
  assert(closed.root === (await network.centre().rerun(day)).root, 'the day runs again')
  const agents = new Set<string>(network.operators)
  return sumFen(
    (closed.positions as centre.Position[]).map(({ id, netFen }) => (agents.has(id) ? -netFen : 0)),
  )
}

/** Where the money is, and whether the issuer's and the centre's books say so, too. */
async function sums(drill: Drill, seed: string): Promise<DrillReport> {
  const { network, riders, tills, tally } = drill
  const { issuer, bank } = network.issuer()
  const cashFen = sumFen(riders.map((rider) => rider.cashFen))
  const bankFen = sumFen(riders.map(({ wallet }) => bank.balanceFen(wallet.state().account)))
  const cardsFen = sumFen(riders.map(({ card }) => balanceOf(card)))
  const books = await issuer.read((tx) => balances(tx))
  const under = (path: string) =>
    sumFen([...books].filter(([name]) => name.startsWith(path)).map(([, fen]) => fen))
  const suspenseFen = 0 - under('suspense/')
  const tillsFen = sumFen(tills.values())
  return drillReport({
    drill: 'load',
    seed,
    happened: { riders: RIDERS, ...tally },
    places: [
      place("riders' cash", '现金', RIDERS * CASH_FEN, cashFen),
      place("riders' bank", '银行账户', RIDERS * BANK_FEN, bankFen),
      place('on the cards', '卡内余额', RIDERS * CARD_FEN, cardsFen),
      place('orders in suspense', '订单挂账', 0, suspenseFen),
    ],
    suspenseFen,
    checks: [
      {
        en: 'on the cards, and the float in the books',
        zh: '卡内余额与备付金',
        leftFen: cardsFen,
        rightFen: -under('cards/float'),
      },
      {
        en: "agents' tills, and what they owe the issuer",
        zh: '服务点现金与应付发卡机构',
        leftFen: tillsFen,
        rightFen: under('centre/gross') + under('agents/'),
      },
      {
        en: "agents' tills, and what the centre settles",
        zh: '服务点现金与清分中心结算',
        leftFen: tillsFen,
        rightFen: await settledWithAgents(network),
      },
    ],
  })
}
