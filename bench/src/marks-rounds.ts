import {
  type CardMarks,
  COUNTER_NEW,
  COUNTER_SEEN,
  checkCounter,
  createCardMarks,
  encodeCardMarks,
  markRide,
} from '@unifare/centre'

/** What the centre's memory of a country costs. Times are wall clock of one thread. */
export interface MarksReport {
  readonly cards: number
  readonly terminals: number
  readonly bytesPerCard: number
  /** Index, rows and the room to grow of all cards and terminals. */
  readonly totalMiB: number
  /** One card that rides for the first time: found missing, added, marked. */
  readonly firstRideNs: number
  /** Whether a counter was seen before, cards in random order over the whole country. */
  readonly checkNs: number
  /** The same bucket by bucket, as a day is cleared. */
  readonly checkByBucketNs: number
  /** A snapshot of everything, per card. */
  readonly snapshotNs: number
  /** All repetitions were told from new rides. */
  readonly exact: boolean
}

/** Checks that one round makes at most. */
const CHECKS = 2_000_000
/** Buckets that accounts fall into; one store each. */
const BUCKETS = 256
const ISSUERS = 300
const DAY = 20_778

/**
 * Fills the marks of so many cards and terminals, and asks them about rides that came before and
 * rides that did not. Terminals stand in rows of the same kind: number, sequence, window, time.
 */
export function measureMarks(options: {
  readonly cards: number
  readonly terminals: number
}): MarksReport {
  const { cards, terminals } = options
  const stores = Array.from({ length: BUCKETS }, () => createCardMarks(Math.ceil(cards / BUCKETS)))
  const firstRideNs = fill(stores, cards)
  const order = randomOrder(Math.min(CHECKS, cards), cards)
  const scattered = ask(stores, order)
  const sorted = ask(
    stores,
    order.toSorted((a, b) => bucketOfCard(a) - bucketOfCard(b)),
  )
  const terminalStore = createCardMarks(terminals)
  fill([terminalStore], terminals)
  const cardBytes = stores.reduce((sum, { bytes }) => sum + bytes, 0)
  const started = performance.now()
  let snapshotBytes = 0
  for (const store of stores) snapshotBytes += encodeCardMarks(store).length
  const snapshotMs = performance.now() - started
  return {
    cards,
    terminals,
    bytesPerCard: Number((cardBytes / cards).toFixed(1)),
    totalMiB: Math.round((cardBytes + terminalStore.bytes) / 1024 / 1024),
    firstRideNs,
    checkNs: scattered.ns,
    checkByBucketNs: sorted.ns,
    snapshotNs: Math.round((snapshotMs * 1e6) / cards),
    exact: scattered.exact && sorted.exact && snapshotBytes > cards * 32,
  }
}

/** Every card rides once; cards lie in the buckets as their accounts are spread. */
function fill(stores: readonly CardMarks[], cards: number): number {
  const started = performance.now()
  for (let card = 0; card < cards; card++) {
    const store = storeOf(stores, card)
    const row = store.add(highOf(card), card >>> 10, lowOf(card))
    markRide(store, row, counterOf(card), card & 0xffff, DAY)
  }
  return nsOf(started, cards)
}

/** Asks about the last ride of every card, and the one behind it. */
function ask(stores: readonly CardMarks[], order: Uint32Array): { ns: number; exact: boolean } {
  let [seen, fresh] = [0, 0]
  const started = performance.now()
  for (let i = 0; i < order.length; i++) {
    const card = order[i]!
    const store = storeOf(stores, card)
    const row = store.find(highOf(card), card >>> 10, lowOf(card))
    const known = checkCounter(store, row, counterOf(card) + (i & 1))
    if (known === COUNTER_SEEN) seen++
    if (known === COUNTER_NEW) fresh++
  }
  const ns = nsOf(started, order.length)
  return { ns, exact: seen === Math.ceil(order.length / 2) && fresh === order.length >> 1 }
}

function randomOrder(count: number, cards: number): Uint32Array {
  let state = 12_345
  return Uint32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 0x1_0000_0000) * cards)
  })
}

function bucketOfCard(card: number): number {
  return Math.imul(card ^ 0x5bd1e995, 0x9e3779b1) >>> 24
}

function storeOf(stores: readonly CardMarks[], card: number): CardMarks {
  return stores.length === 1 ? stores[0]! : stores[bucketOfCard(card)]!
}

function highOf(card: number): number {
  return 0x01000000 + (card % ISSUERS)
}

function lowOf(card: number): number {
  return Math.imul(card, 7_919) & 0x3fffffff
}

function counterOf(card: number): number {
  return 1 + (card % 5_000)
}

function nsOf(started: number, count: number): number {
  return Math.round(((performance.now() - started) * 1e6) / count)
}
