import {
  ALGORITHM_3DES,
  type CardEvidence,
  deriveCardKey,
  encodeEvidence,
  identityOf,
  purchaseMac2,
  purchaseSessionKey,
  TRANSACTION,
  tac,
  tacInput,
} from '@unifare/card'
import {
  createSeededRandom,
  type Instant,
  type Random,
  randomInteger,
  shanghaiDigits,
} from '@unifare/core'
import {
  createSoftwareKeyStore,
  generateKey,
  type KeyRef,
  type KeyStore,
  pureEngine,
} from '@unifare/crypto'
import type { Tap } from '@unifare/tap'

export const CENTRE = '10000000'
const KEY_VERSION = 1
const PURCHASE_KEY_INDEX = 1
const HOUR_MS = 3_600_000
/** Cards ride three times a day on average, terminals take five hundred taps. */
const TAPS_PER_CARD = 3
const TAPS_PER_TERMINAL = 500
const ISSUERS = 30
const OPERATORS = 20

/** Masters of the measured network, made from a seed: they protect nothing. */
export interface BenchKeys {
  readonly store: KeyStore
  readonly purchase: KeyRef
  readonly tac: KeyRef
}

/** One card purchase, with its evidence before it is encoded, so that faults can be put in. */
export interface CardTap {
  readonly tap: Tap
  readonly evidence: CardEvidence
}

interface BenchCard {
  readonly issuer: string
  readonly number: string
  readonly purchaseKey: Uint8Array
  readonly tacKey: Uint8Array
  counter: number
  balanceFen: number
}

interface BenchTerminal {
  readonly number: string
  readonly operator: string
  taps: number
}

/** Keys of a seed. */
export async function makeKeys(seed: string): Promise<BenchKeys> {
  const source = createSeededRandom(`${seed}/keys`)
  const random = (length: number) => source.bytes(length)
  const ref = (use: 'purchase' | 'tac', index: number): KeyRef => ({
    scheme: 'mot',
    issuer: CENTRE,
    use,
    index,
    version: KEY_VERSION,
    algorithm: '3des',
  })
  const refs = { purchase: ref('purchase', PURCHASE_KEY_INDEX), tac: ref('tac', 0) }
  const keys = Object.values(refs).map((one) => generateKey(one, random))
  return { store: createSoftwareKeyStore({ keys, engine: pureEngine, random }), ...refs }
}

/** Institutions of the measured network. */
export function issuerIds(): string[] {
  return Array.from({ length: ISSUERS }, (_, i) => String(20_000_001 + i))
}

export function operatorIds(): string[] {
  return Array.from({ length: OPERATORS }, (_, i) => String(30_000_001 + i))
}

/**
 * A day of bus purchases in the order of time: diversified card keys, counters and balances that
 * continue, terminal serials without a gap, TAC and MAC2 as a card makes them.
 */
export async function makeCardTaps(options: {
  readonly taps: number
  readonly startAt: Instant
  readonly seed: string
  readonly keys: BenchKeys
}): Promise<{ readonly taps: CardTap[]; readonly cards: number }> {
  const { taps: count, startAt, keys } = options
  const random = createSeededRandom(`${options.seed}/taps`)
  const cards = await makeCards(Math.ceil(count / TAPS_PER_CARD), keys)
  const terminals = makeTerminals(Math.ceil(count / TAPS_PER_TERMINAL))
  const taps: CardTap[] = []
  for (let i = 0; i < count; i++) {
    const card = pick(cards, random)
    const terminal = pick(terminals, random)
    // From 05:00 to 23:00: the business day begins at 03:00.
    const at = startAt + 2 * HOUR_MS + Math.floor((i / count) * 18 * HOUR_MS)
    taps.push(
      purchase({ card, terminal, at, amountFen: 100 + randomInteger(random, 12) * 50, random }),
    )
  }
  return { taps, cards: cards.length }
}

async function makeCards(count: number, { store, ...refs }: BenchKeys): Promise<BenchCard[]> {
  const issuers = issuerIds()
  const cards: BenchCard[] = []
  for (let i = 0; i < count; i++) {
    const issuer = issuers[i % issuers.length] as string
    const number = `31${issuer}${String(i).padStart(9, '0')}`
    const identity = identityOf({ issuer, number })
    cards.push({
      issuer,
      number,
      purchaseKey: await deriveCardKey({ store, ref: refs.purchase, identity }),
      tacKey: await deriveCardKey({ store, ref: refs.tac, identity }),
      counter: i % 1_000,
      balanceFen: 1_000_000,
    })
  }
  return cards
}

function makeTerminals(count: number): BenchTerminal[] {
  const operators = operatorIds()
  return Array.from({ length: count }, (_, i) => ({
    number: String(400_000_000_000 + i),
    operator: operators[i % operators.length] as string,
    taps: 0,
  }))
}

function purchase(options: {
  readonly card: BenchCard
  readonly terminal: BenchTerminal
  readonly at: Instant
  readonly amountFen: number
  readonly random: Random
}): CardTap {
  const { card, terminal, at, amountFen } = options
  const offlineNumber = card.counter++
  const terminalSerial = ++terminal.taps
  card.balanceFen -= amountFen
  const digits = shanghaiDigits(at)
  const inputs = {
    type: TRANSACTION.compositePurchase,
    amountFen,
    terminal: terminal.number,
    terminalSerial,
    date: digits.slice(0, 8),
    time: digits.slice(8),
    random: options.random.bytes(4),
    offlineNumber,
    keyIndex: PURCHASE_KEY_INDEX,
    keyVersion: KEY_VERSION,
    algorithm: ALGORITHM_3DES,
    ...identityOf(card),
    balanceAfterFen: card.balanceFen,
  }
  const evidence: CardEvidence = {
    ...inputs,
    tac: tac(card.tacKey, tacInput(inputs)),
    mac2: purchaseMac2(purchaseSessionKey(card.purchaseKey, inputs), amountFen),
  }
  return { tap: tapOf({ card, terminal, at, evidence }), evidence }
}

function tapOf(options: {
  readonly card: BenchCard
  readonly terminal: BenchTerminal
  readonly at: Instant
  readonly evidence: CardEvidence
}): Tap {
  const { card, terminal, at, evidence } = options
  return {
    version: 1,
    kind: 'purchase',
    terminal: terminal.number,
    sequence: terminal.taps,
    at,
    timeQuality: 'synced-2s',
    mode: 'bus',
    operator: terminal.operator,
    city: '1000',
    line: 1 + (Number(terminal.number) % 300),
    station: 0,
    vehicle: terminal.number.slice(-8),
    medium: 'card',
    issuer: card.issuer,
    account: card.number,
    counter: evidence.offlineNumber + 1,
    amountFen: evidence.amountFen,
    balanceFen: evidence.balanceAfterFen,
    key: { scheme: 0, use: 0, index: PURCHASE_KEY_INDEX, version: KEY_VERSION, algorithm: 0 },
    flags: 0,
    reason: 0,
    refersTo: 0,
    tariffVersion: 1,
    entry: null,
    distanceM: 0,
    durationS: 0,
    serial: evidence.terminalSerial,
    evidence: encodeEvidence(evidence),
  }
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[randomInteger(random, items.length)] as T
}
