import { type CardTransport, createPsam, openPsam, type PsamReader } from '@unifare/card'
import { assert, createSeededRandom, type Random, randomInteger, UnifareError } from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import {
  askThroughCentre,
  openTill,
  type ServicePoint,
  type Till,
  type TillResult,
  type TillRow,
  tillOrders,
  writeWaiting,
} from '@unifare/operator'
import { createFaultyLink, type Link } from '@unifare/tap'
import { nextCut, pick, torn } from './drill-cards.ts'
import { type DrillNetwork, openDrillNetwork } from './drill-network.ts'
import { lookAtPhone, newRiders, orderByPhone, type Rider } from './load-riders.ts'
import { loadSums } from './load-sums.ts'
import type { DrillReport } from './report.ts'

const BETWEEN_MS = 30_000
/** Commands of a presentation with a doubt and a load, and some behind its end. */
const COMMANDS = 24
/** Orders that a rider has open at once. */
const OPEN_MAX = 2
const VISITS_MAX = 40
/** Faults of the carrier, in parts per million of the messages. */
const FAULTS = { loseRequest: 60_000, loseAnswer: 60_000, duplicate: 60_000 } as const
/** Of so many messages one finds its receiver just restarted, and one its agent stopped behind it. */
const RESTART_ONE_OF = 25
const STOP_ONE_OF = 40

interface Tally {
  orders: number
  presentations: number
  fieldLost: number
  messagesLost: number
  restarts: number
  rebuilt: number
}

interface Drill {
  readonly network: DrillNetwork
  readonly random: Random
  readonly riders: readonly Rider[]
  readonly tally: Tally
  /** PSAMs outlive the agents' machines. */
  readonly psams: ReadonlyMap<string, PsamReader>
  /** The agent at work, who may stop at any message. */
  agent: string
  faults: boolean
  attempts: number
}

/** An agent's machine stopped in the middle of its work. */
const STOPPED = new Error('the agent stopped')

/**
 * Loads and refunds under cuts: cash at the service points of two operators, orders paid from the
 * bank that the next reader writes, and at the end cards that are given back, while fields are
 * lost, messages get lost or come twice, and centre, issuer and agents stop between any two
 * messages, with or without their databases. Then what is open is finished without cuts, and every
 * fen is on a card, in a pocket, or in an order's suspense.
 */
export async function drillLoad(options: {
  readonly seed: string
  readonly orders: number
  readonly engine: SignatureEngine
}): Promise<DrillReport> {
  const { seed, orders, engine } = options
  const random = createSeededRandom(`${seed}/load`)
  const running: { drill?: Drill } = {}
  const network = await openDrillNetwork({
    seed: `load/${seed}`,
    engine,
    wrap: (link) => spoiled(link, random, () => running.drill),
  })
  const drill: Drill = {
    network,
    random,
    riders: await newRiders(network),
    tally: newTally(),
    psams: await newPsams(network),
    agent: '',
    faults: true,
    attempts: 0,
  }
  running.drill = drill
  while (drill.tally.orders < orders) await oneVisit(drill)
  for (const rider of drill.riders.slice(0, drill.riders.length / 2)) {
    rider.leaving = 'wants'
    for (let times = 0; times < VISITS_MAX && rider.leaving === 'wants'; times++) {
      await visitUnderCuts(drill, rider)
    }
  }
  drill.faults = false
  for (const rider of drill.riders) await finish(drill, rider)
  const { riders, tally } = drill
  const report = await loadSums(network, riders, {
    seed,
    happened: { riders: riders.length, ...tally },
  })
  await network.close()
  return report
}

function newTally(): Tally {
  return {
    orders: 0,
    presentations: 0,
    fieldLost: 0,
    messagesLost: 0,
    restarts: 0,
    rebuilt: 0,
  }
}

async function newPsams({ plan, keys, operators }: DrillNetwork) {
  const { purchase, maintenance } = keys.masters
  const psams = new Map<string, PsamReader>()
  for (const id of operators) {
    const opened = await openPsam(
      createPsam({
        terminal: `4131${id}`,
        issuer: plan.centre.id,
        keyStore: keys.storeOf([purchase, maintenance]),
        purchaseKeys: [purchase],
        maintenanceKeys: [maintenance],
      }),
    )
    assert(opened.ok, 'a new PSAM opens')
    psams.set(id, opened.psam)
  }
  return psams
}

/** Loses and repeats messages, and stops receivers before and agents behind one. */
function spoiled(link: Link, random: Random, of: () => Drill | undefined): Link {
  const lossy = createFaultyLink(link, { random, ...FAULTS })
  return {
    async send(receiver, message) {
      const drill = of()
      if (drill === undefined || !drill.faults) return link.send(receiver, message)
      if (randomInteger(random, RESTART_ONE_OF) === 0) await restart(drill, receiver)
      try {
        const answer = await lossy.send(receiver, message)
        const ofAgent = drill.agent !== '' && receiver === drill.network.plan.centre.id
        if (randomInteger(random, STOP_ONE_OF) > 0 || !ofAgent) return answer
      } catch (error) {
        drill.tally.messagesLost += 1
        throw error
      }
      await restart(drill, drill.agent)
      throw STOPPED
    },
  }
}

async function restart({ network, random, tally }: Drill, id: string): Promise<void> {
  const forget = randomInteger(random, 2) === 0
  tally.restarts += 1
  if (forget) tally.rebuilt += 1
  await network.restart(id, { forget, random })
}

/** A rider comes to a service point, with open orders or to make one. */
async function oneVisit(drill: Drill): Promise<void> {
  await visitUnderCuts(drill, pick(drill.random, drill.riders))
}

async function visitUnderCuts(drill: Drill, rider: Rider): Promise<void> {
  const { network, random } = drill
  const cut = nextCut(random, COMMANDS)
  const transport = cut === undefined ? rider.card : torn(rider.card, cut)
  await visit(drill, rider, { agent: pick(random, network.operators), transport })
}

/** Presents until the rider waits for nothing any more. */
async function finish(drill: Drill, rider: Rider): Promise<void> {
  for (let times = 0; ; times++) {
    const open = await openAtTills(drill, rider)
    if (open.length === 0 && rider.phone.length === 0 && rider.leaving !== 'wants') return
    assert(times < VISITS_MAX, `card ${rider.number} waits for ever`)
    const agent = open[0]?.agent ?? pick(drill.random, drill.network.operators)
    await visit(drill, rider, { agent, transport: rider.card })
  }
}

/** Orders of a rider's card that agents have not ended, and refunds that were begun. */
async function openAtTills({ network }: Drill, rider: Rider) {
  const { number } = rider
  const open: { readonly agent: string; readonly row: TillRow }[] = []
  for (const agent of network.operators) {
    const rows = await network.operator(agent).read((tx) => tx.select(tillOrders, { card: number }))
    for (const row of rows) {
      if (row.state === 'PAID') rider.leaving = 'gone'
      if (['TAKEN', 'OWED', 'OPEN'].includes(row.state)) open.push({ agent, row })
    }
  }
  return open
}

/** One presentation: what is open at this till, what waits for any reader, and perhaps more. */
async function visit(
  drill: Drill,
  rider: Rider,
  at: { readonly agent: string; readonly transport: CardTransport },
): Promise<void> {
  const { network, tally } = drill
  network.wait(BETWEEN_MS)
  tally.presentations += 1
  rider.card.reset()
  drill.agent = at.agent
  const point = pointOf(drill, at.agent)
  const till = openTill(network.operator(at.agent), point)
  await unlessCut(async () => {
    await till.settle()
    for (const { agent, row } of await openAtTills(drill, rider)) {
      if (agent === at.agent) await goOn(drill, { till, row, transport: at.transport })
    }
    await newWish(drill, rider, { till, transport: at.transport })
  })
  if (rider.phone.length > 0) {
    await unlessCut(async () => {
      for (const open of rider.phone) await orderByPhone(network, rider, open)
      const written = await writeWaiting(point, at.transport)
      for (const result of written) if (!result.ok) count(drill, result.code)
    })
  }
  drill.agent = ''
  await unlessCut(() => lookAtPhone(rider))
  await unlessCut(() => network.issuer().issuer.deliver())
}

interface AtTill {
  readonly till: Till
  readonly transport: CardTransport
}

async function goOn(drill: Drill, at: AtTill & { readonly row: TillRow }): Promise<void> {
  const { till, row, transport } = at
  const { order, state } = row
  const result = state === 'OWED' ? undefined : await till.resume(order, transport)
  if ((result?.row ?? row).state === 'OWED') await till.payBack(order)
  if (result?.ok === false) count(drill, result.code)
}

/** A new order while the drill lasts, or the card goes back for good. */
async function newWish(drill: Drill, rider: Rider, { till, transport }: AtTill): Promise<void> {
  const { random, tally, faults } = drill
  const open = (await openAtTills(drill, rider)).length + rider.phone.length
  let result: TillResult | undefined
  if (rider.leaving === 'wants' && open === 0) {
    result = await till.refund(transport)
  } else if (rider.leaving === 'no' && faults && open < OPEN_MAX && randomInteger(random, 2) > 0) {
    tally.orders += 1
    const amountFen = 100 * (1 + randomInteger(random, 30))
    if (randomInteger(random, 3) > 0) result = await till.load(transport, amountFen)
    else rider.phone = [...rider.phone, { order: `phone-order-${tally.orders}`, amountFen }]
  }
  if (result?.row?.state === 'OWED') await till.payBack(result.row.order)
  if (result?.ok === false) count(drill, result.code)
}

function count({ tally }: Drill, code: string): void {
  if (code === 'card.torn') tally.fieldLost += 1
}

function pointOf(drill: Drill, agent: string): ServicePoint & { readonly psam: PsamReader } {
  const { network } = drill
  const ask = askThroughCentre(network.operator(agent), {
    centre: network.plan.centre.id,
    attempt: () => String((drill.attempts += 1)),
  })
  const psam = drill.psams.get(agent)
  assert(psam !== undefined, 'an agent has a PSAM')
  return { ask, psam, terminal: `4131${agent}`, keyIndex: 1, now: () => network.clock.now() }
}

/** A message without an answer, or an agent that stopped: the rider comes back later. */
async function unlessCut(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const cut = error instanceof UnifareError && error.code === 'link.unreachable'
    if (!cut && error !== STOPPED) throw error
  }
}
