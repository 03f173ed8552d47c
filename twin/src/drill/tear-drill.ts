import type { CardSlot } from '@unifare/card'
import * as centre from '@unifare/centre'
import { assert, createSeededRandom, type Random, randomInteger, sumFen } from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { balances } from '@unifare/ledger'
import * as operators from '@unifare/operator'
import { parseTap } from '@unifare/tap'
import type { TerminalConfig } from '@unifare/terminal'
import { balanceOf, issueDrillCards, nextCut, pick, torn } from './drill-cards.ts'
import { type DrillNetwork, openDrillNetwork } from './drill-network.ts'
import { type DrillReport, drillReport, place } from './report.ts'

const CARDS = 12
const CARD_FEN = 50_000
const BETWEEN_MS = 20_000
/** Commands of the longest presentation, and some behind its end: then nothing is cut. */
const COMMANDS = 16
/** Longer than a stored tap waits for its rider. */
const SETTLED_MS = 121_000
const TRIES_MAX = 12
/** Rides that a rider takes elsewhere before coming back to a reader that tore the card. */
const AWAY_RIDES_MAX = 2

/** What happens in the drill, counted. */
interface Tally {
  rides: number
  presentations: number
  fieldLost: number
  powerLost: number
  walkedAway: number
  completedLater: number
}

interface Drill {
  readonly network: DrillNetwork
  readonly random: Random
  readonly cards: readonly CardSlot[]
  readonly tally: Tally
  /** Readers at which a card was torn and its rider did not wait, with the rides since. */
  readonly left: Map<CardSlot, { readonly config: TerminalConfig; rides: number }[]>
}

/**
 * Rides under cuts: fields lost before and behind any command, terminals that lose power with all
 * unsynced bytes, riders who walk away from a torn debit and come back much later. Then the day is
 * settled, and every fen that was on a card is on it, settled, or named in a `pending` record.
 */
export async function drillTear(options: {
  readonly seed: string
  readonly rides: number
  readonly engine: SignatureEngine
}): Promise<DrillReport> {
  const { seed, rides } = options
  const network = await openDrillNetwork({ seed: `tear/${seed}`, engine: options.engine })
  const random = createSeededRandom(`${seed}/tear`)
  const cards = await issueDrillCards(network, { count: CARDS, balanceFen: CARD_FEN })
  const tally: Tally = {
    rides: 0,
    presentations: 0,
    fieldLost: 0,
    powerLost: 0,
    walkedAway: 0,
    completedLater: 0,
  }
  const drill: Drill = { network, random, cards, tally, left: new Map() }
  while (tally.rides < rides) await rideOnce(drill)
  for (const card of cards) await comeBack(drill, card, 0)
  network.wait(SETTLED_MS)
  const settled = await settle(network)
  await network.close()
  const { spentFen, rejectedFen, unprovenFen } = settled
  return drillReport({
    drill: 'tear',
    seed,
    happened: { cards: CARDS, ...tally },
    places: [
      place('on the cards', '卡内余额', CARDS * CARD_FEN, sumFen(cards.map(balanceOf))),
      place('settled by their taps', '已清算交易', 0, spentFen),
      place('rejected by clearing, in suspense', '清算拒付，挂账', 0, rejectedFen),
      place('debited without a proof, in suspense', '已扣款无凭证，挂账', 0, unprovenFen),
    ],
    suspenseFen: rejectedFen + unprovenFen,
    checks: [],
  })
}

/** One bus ride, or one way through the metro. */
async function rideOnce(drill: Drill): Promise<void> {
  const { network, random, cards, tally } = drill
  const card = pick(random, cards)
  tally.rides += 1
  await comeBack(drill, card, AWAY_RIDES_MAX)
  if (randomInteger(random, 5) < 3) {
    await present(drill, card, pick(random, network.terminals('single')), 'may-leave')
    return
  }
  const entry = pick(random, network.terminals('entry'))
  const elsewhere = network.terminals('exit').filter(({ station }) => station !== entry.station)
  await present(drill, card, entry, 'stays')
  network.wait(10 * BETWEEN_MS)
  await present(drill, card, pick(random, elsewhere), 'stays')
}

/**
 * Brings a card back to where it was torn that many rides ago. Its log keeps ten transactions: who
 * comes back later than that leaves a doubt that no reader can decide.
 */
async function comeBack(drill: Drill, card: CardSlot, rides: number): Promise<void> {
  const places = drill.left.get(card) ?? []
  const due = places.filter((place) => place.rides >= rides)
  for (const place of places) place.rides += 1
  drill.left.set(
    card,
    places.filter((place) => !due.includes(place)),
  )
  for (const { config } of due) await present(drill, card, config, 'whole')
}

/** Presents a card until the terminal says go, whatever is cut; or walks away from a torn bus fare. */
async function present(
  { network, random, tally, left }: Drill,
  card: CardSlot,
  config: TerminalConfig,
  patience: 'may-leave' | 'stays' | 'whole',
): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    network.wait(BETWEEN_MS)
    tally.presentations += 1
    const cut =
      patience === 'whole' || tries + 1 === TRIES_MAX ? undefined : nextCut(random, COMMANDS)
    card.reset()
    const decision = await (await network.terminal(config)).presentCard(
      cut === undefined ? card : torn(card, cut),
    )
    if (randomInteger(random, 12) === 0) {
      tally.powerLost += 1
      network.losePower(config, random)
    }
    if (decision.ok) {
      if (decision.completed) tally.completedLater += 1
      if (config.gate) await (await network.terminal(config)).gateEvent(decision.sequence, 'passed')
      return
    }
    assert(decision.reason === 'card.torn', `${config.role}: ${decision.reason} ${decision.detail}`)
    tally.fieldLost += 1
    if (patience === 'may-leave' && randomInteger(random, 4) === 0) {
      tally.walkedAway += 1
      left.set(card, [...(left.get(card) ?? []), { config, rides: 0 }])
      return
    }
  }
  assert(false, `${config.terminal} never said go`)
}

/** Uploads, charges and closes the day; says where the money of the taps stands. */
async function settle(network: DrillNetwork) {
  await network.settle()
  const all = await network.centre().read((tx) => balances(tx))
  const under = (prefix: string, suffix: string) =>
    sumFen(
      [...all]
        .filter(([name]) => name.startsWith(prefix) && name.endsWith(suffix))
        .map(([, fen]) => fen),
    )
  const waiting = await network.centre().read(async (tx) => {
    let count = 0
    for await (const part of centre.waitingCharges(tx)) count += part.length
    return count
  })
  assert(waiting === 0, 'the day is closed over all charges')
  const taps = await network.read(operators.taps, { kind: 'pending' })
  return {
    spentFen: under('purses/', '/spent'),
    rejectedFen: under('suspense/', ''),
    unprovenFen: sumFen(taps.map(({ raw }) => parseTap(raw).amountFen)),
  }
}
