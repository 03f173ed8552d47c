import {
  ALGORITHM_3DES,
  EVIDENCE_AT,
  type EvidenceColumns,
  encodeEvidence,
  evidenceCodes,
  identityOf,
  TRANSACTION,
} from '@unifare/card'
import { businessDayStart, fromHex, shanghaiDigits, view } from '@unifare/core'
import { encodeTap, TAP_HEAD_LENGTH, tapHead } from '@unifare/tap'
import { faultAt, NATIONAL_FAULTS, type NationalFault } from './faults.ts'
import {
  cityOfOperator,
  HOME_PERCENT,
  issuerIds,
  type NationalPlan,
  type SliceShape,
  TAPS_PER_CARD,
  TAPS_PER_TERMINAL,
} from './national-plan.ts'
import { createWords, type Words } from './words.ts'

export const CARD_KEY_VERSION = 1
export const CARD_KEY_INDEX = 1
const HOUR_MS = 3_600_000
const FLAG_TEST = 1

/** Bytes of one card tap. */
export const CARD_TAP_BYTES = TAP_HEAD_LENGTH + 2 + 62

const AT = Object.fromEntries(Object.entries(tapHead.fields).map(([name, [at]]) => [name, at])) as {
  readonly [Name in keyof typeof tapHead.fields]: number
}
const EVIDENCE = TAP_HEAD_LENGTH + 2

/** Card taps of a slice in the order of time, bytes as their terminals journaled them. */
export interface CardSlice {
  readonly bytes: Uint8Array
  readonly count: number
  /** Place of every row's terminal among the slice's terminals. */
  readonly terminals: Uint16Array
  readonly faults: readonly (NationalFault | undefined)[]
  readonly places: readonly SliceTerminal[]
}

/** A terminal of a slice. */
export interface SliceTerminal {
  readonly terminal: string
  readonly operator: string
  /** Taps that it journaled. */
  readonly taps: number
}

interface Terminal {
  readonly terminal: string
  readonly operator: string
  readonly template: Uint8Array
  taps: number
}

/** Cards of a slice: `issuer` is a place among the issuers, 19 digits as 10 bytes. */
interface Cards {
  readonly issuers: Uint16Array
  readonly numbers: Uint8Array
  readonly counters: Uint16Array
  readonly balances: Int32Array
}

const NUMBER_BYTES = 10

/**
 * Card taps of a slice: diversified keys of every issuer, counters and balances that continue, TAC
 * and MAC2 as the cards make them, and faults at even distances.
 */
export function makeCardSlice(
  plan: NationalPlan,
  shape: SliceShape,
  columns: readonly EvidenceColumns[],
): CardSlice {
  const random = createWords(`${plan.seed}/slice/${shape.index}`)
  const terminals = makeTerminals(shape)
  const cards = makeCards(plan, shape, random)
  const faults = Array.from({ length: shape.cardTaps }, (_, i) =>
    faultAt(NATIONAL_FAULTS, i, plan.tapsPerFault),
  )
  // A replay is one record more.
  const extra = faults.filter((fault) => fault === 'tap.conflict').length
  const bytes = new Uint8Array((shape.cardTaps + extra) * CARD_TAP_BYTES)
  const writer = createWriter({ plan, bytes, cards, terminals, random })
  const normal = Math.ceil(shape.cardTaps / TAPS_PER_CARD)
  faults.forEach((fault, i) => {
    // Cards on the deny list ride for that fault only.
    const card = fault === 'deny.listed' ? normal + i : random.below(normal)
    writer.ride(card, i / shape.cardTaps)
  })
  const rides = writer.count()
  writeCodes(bytes, rides, writer.rowsByIssuer(), columns)
  const replayed: (NationalFault | undefined)[] = []
  faults.forEach((fault, row) => {
    if (fault !== undefined) spoil(bytes, row * CARD_TAP_BYTES, fault)
    if (fault !== 'tap.conflict') return
    writer.replay(row)
    replayed.push('tap.conflict')
  })
  return {
    bytes,
    count: writer.count(),
    terminals: writer.terminals(),
    // Of a replayed pair the replay is the fault.
    faults: [...faults.map((fault) => (fault === 'tap.conflict' ? undefined : fault)), ...replayed],
    places: terminals.map(({ terminal, operator, taps }) => ({ terminal, operator, taps })),
  }
}

/** Cards of a slice that stand on the network's deny list: issuer and number, 14 bytes each. */
export function deniedCards(plan: NationalPlan, shape: SliceShape): Uint8Array[] {
  const normal = Math.ceil(shape.cardTaps / TAPS_PER_CARD)
  const ids = issuerIds(plan)
  const homes = [...new Set(shape.operators.map(cityOfOperator))]
  const denied: Uint8Array[] = []
  for (let i = 0; i < shape.cardTaps; i++) {
    if (faultAt(NATIONAL_FAULTS, i, plan.tapsPerFault) !== 'deny.listed') continue
    const issuer = ids[issuerOf(homes, ids.length, normal + i)] as string
    denied.push(fromHex(`${issuer}${numberOf(shape, issuer, normal + i)}F`))
  }
  return denied
}

function makeTerminals({ index, cardTaps, operators }: SliceShape): Terminal[] {
  const count = Math.max(1, Math.ceil(cardTaps / TAPS_PER_TERMINAL))
  return Array.from({ length: count }, (_, i) => {
    const terminal = String(410_000_000_000 + index * 100_000 + i)
    const operator = operators[i % operators.length] as string
    return { terminal, operator, template: templateOf(terminal, operator), taps: 0 }
  })
}

function templateOf(terminal: string, operator: string): Uint8Array {
  const evidence = encodeEvidence({
    type: TRANSACTION.compositePurchase,
    amountFen: 0,
    terminal,
    terminalSerial: 0,
    date: '20000101',
    time: '000000',
    tac: new Uint8Array(4),
    mac2: new Uint8Array(4),
    random: new Uint8Array(4),
    offlineNumber: 0,
    keyIndex: CARD_KEY_INDEX,
    keyVersion: CARD_KEY_VERSION,
    algorithm: ALGORITHM_3DES,
    ...identityOf({ issuer: '20000001', number: '0'.repeat(19) }),
    balanceAfterFen: 0,
  })
  return encodeTap({
    version: 1,
    kind: 'purchase',
    terminal,
    sequence: 0,
    at: 0,
    timeQuality: 'synced-2s',
    mode: 'bus',
    operator,
    city: '1000',
    line: 1 + (Number(terminal) % 300),
    station: 0,
    vehicle: terminal.slice(-8),
    medium: 'card',
    issuer: '20000001',
    account: '0'.repeat(19),
    counter: 0,
    amountFen: 0,
    balanceFen: 0,
    key: { scheme: 0, use: 0, index: CARD_KEY_INDEX, version: CARD_KEY_VERSION, algorithm: 0 },
    flags: 0,
    reason: 0,
    refersTo: 0,
    tariffVersion: 1,
    entry: null,
    distanceM: 0,
    durationS: 0,
    serial: 0,
    evidence,
  })
}

function makeCards(plan: NationalPlan, shape: SliceShape, random: Words): Cards {
  // Behind the cards that ride as they like stand those of the deny list, one for every place.
  const count = Math.ceil(shape.cardTaps / TAPS_PER_CARD) + shape.cardTaps
  const ids = issuerIds(plan)
  const homes = [...new Set(shape.operators.map(cityOfOperator))]
  const issuers = new Uint16Array(count)
  const numbers = new Uint8Array(count * NUMBER_BYTES)
  const counters = new Uint16Array(count)
  const balances = new Int32Array(count).fill(1_000_000)
  for (let i = 0; i < count; i++) {
    const issuer = issuerOf(homes, ids.length, i)
    issuers[i] = issuer
    writeNumber(numbers, i * NUMBER_BYTES, numberOf(shape, ids[issuer] as string, i))
    counters[i] = random.below(1_000)
  }
  return { issuers, numbers, counters, balances }
}

/** Most cards are of a city of the slice, the others of any city: they ride away from home. */
function issuerOf(homes: readonly number[], cities: number, card: number): number {
  const home = homes[card % homes.length]
  return home !== undefined && card % 100 < HOME_PERCENT ? home : card % cities
}

function numberOf({ index }: SliceShape, issuer: string, card: number): string {
  return `31${issuer}${String(index * 1_000_000 + card).padStart(9, '0')}`
}

/** 19 digits, packed, and a filling nibble. */
function writeNumber(bytes: Uint8Array, at: number, digits: string): void {
  for (let i = 0; i < NUMBER_BYTES; i++) {
    const high = digits.charCodeAt(2 * i) - 48
    const low = i === NUMBER_BYTES - 1 ? 15 : digits.charCodeAt(2 * i + 1) - 48
    bytes[at + i] = (high << 4) | low
  }
}

function createWriter(options: {
  readonly plan: NationalPlan
  readonly bytes: Uint8Array
  readonly cards: Cards
  readonly terminals: Terminal[]
  readonly random: Words
}) {
  const { bytes, cards, terminals, random } = options
  const words = view(bytes)
  const startAt = businessDayStart(options.plan.day)
  const issuers = issuerIds(options.plan).map((id) => fromHex(id))
  const ofRow = new Uint16Array(bytes.length / CARD_TAP_BYTES)
  const ofIssuer = issuers.map((): number[] => [])
  let count = 0
  let clock: { second: number; digits: Uint8Array } = { second: -1, digits: new Uint8Array(7) }

  const ofCity = new Map<number, number[]>()
  terminals.forEach(({ operator }, place) => {
    const city = cityOfOperator(operator)
    const own = ofCity.get(city)
    if (own === undefined) ofCity.set(city, [place])
    else own.push(place)
  })

  /** A terminal in the city of the card where there is one, else any. */
  function placeFor(city: number): number {
    const own = ofCity.get(city)
    return own === undefined ? random.below(terminals.length) : own[random.below(own.length)]!
  }

  function digitsAt(at: number): Uint8Array {
    const second = Math.floor(at / 1_000)
    if (second !== clock.second) clock = { second, digits: fromHex(shanghaiDigits(at)) }
    return clock.digits
  }

  function setAt(to: number, at: number): void {
    words.setUint16(to + AT.at, Math.floor(at / 0x1_0000_0000))
    words.setUint32(to + AT.at + 2, at % 0x1_0000_0000)
    bytes.set(digitsAt(at), to + EVIDENCE + EVIDENCE_AT.date)
  }

  function setCard(to: number, card: number): void {
    const issuer = issuers[cards.issuers[card]!]!
    const number = card * NUMBER_BYTES
    const evidence = to + EVIDENCE
    let nibble = 0
    for (let i = 0; i < 4; i++) {
      bytes[to + AT.issuer + i] = issuer[i]!
      bytes[evidence + EVIDENCE_AT.issuer + i] = issuer[i]!
    }
    for (let i = 0; i < NUMBER_BYTES; i++) {
      const byte = cards.numbers[number + i]!
      bytes[to + AT.account + i] = byte
      bytes[evidence + EVIDENCE_AT.number + i] = nibble | (byte >> 4)
      nibble = (byte & 15) << 4
    }
  }

  return {
    /** One ride; `part` of the day, which lasts from 05:00 to 23:00, is over. */
    ride(card: number, part: number): void {
      const place = placeFor(cards.issuers[card]!)
      const terminal = terminals[place] as Terminal
      const to = count * CARD_TAP_BYTES
      const evidence = to + EVIDENCE
      const amountFen = 100 + random.below(12) * 50
      bytes.set(terminal.template, to)
      setAt(to, startAt + 2 * HOUR_MS + Math.floor(part * 18 * HOUR_MS))
      setCard(to, card)
      terminal.taps += 1
      cards.balances[card]! -= amountFen
      const offlineNumber = cards.counters[card]!++
      words.setUint32(to + AT.sequence, terminal.taps)
      words.setUint32(to + AT.counter, offlineNumber + 1)
      words.setUint32(to + AT.amountFen, amountFen)
      words.setUint32(to + AT.balanceFen, cards.balances[card]!)
      words.setUint32(to + AT.serial, terminal.taps)
      words.setUint32(evidence + EVIDENCE_AT.amountFen, amountFen)
      words.setUint32(evidence + EVIDENCE_AT.serial, terminal.taps)
      words.setUint32(evidence + EVIDENCE_AT.random, random.word())
      words.setUint16(evidence + EVIDENCE_AT.offlineNumber, offlineNumber)
      words.setInt32(evidence + EVIDENCE_AT.balanceFen, cards.balances[card]!)
      ofRow[count] = place
      ofIssuer[cards.issuers[card]!]!.push(evidence)
      count += 1
    },
    /** The same good TAC once more, under the card's next counter: what a cheating operator would send. */
    replay(row: number): void {
      const to = count * CARD_TAP_BYTES
      bytes.copyWithin(to, row * CARD_TAP_BYTES, (row + 1) * CARD_TAP_BYTES)
      const terminal = terminals[ofRow[row]!] as Terminal
      terminal.taps += 1
      const offlineNumber = words.getUint16(to + EVIDENCE + EVIDENCE_AT.offlineNumber) + 1
      words.setUint32(to + AT.sequence, terminal.taps)
      words.setUint32(to + AT.counter, offlineNumber + 1)
      words.setUint16(to + EVIDENCE + EVIDENCE_AT.offlineNumber, offlineNumber)
      ofRow[count] = ofRow[row]!
      count += 1
    },
    count: () => count,
    terminals: () => ofRow,
    rowsByIssuer: (): readonly (readonly number[])[] => ofIssuer,
  }
}

/** TAC and MAC2 of all rides, an issuer's cards at once. */
function writeCodes(
  bytes: Uint8Array,
  rides: number,
  byIssuer: readonly (readonly number[])[],
  columns: readonly EvidenceColumns[],
): void {
  const words = view(bytes)
  let written = 0
  byIssuer.forEach((places, issuer) => {
    const column = columns[issuer]
    if (places.length === 0 || column === undefined) return
    const at = Uint32Array.from(places)
    const { tac, mac2 } = evidenceCodes(column, { bytes, at })
    for (let row = 0; row < at.length; row++) {
      words.setUint32(at[row]! + EVIDENCE_AT.tac, tac[row]!)
      words.setUint32(at[row]! + EVIDENCE_AT.mac2, mac2[row]!)
    }
    written += at.length
  })
  if (written !== rides) throw new TypeError(`${rides} rides, ${written} of them have codes`)
}

/** Damages a record so that clearing must find it. Other faults are in the charge. */
function spoil(bytes: Uint8Array, at: number, fault: NationalFault): void {
  switch (fault) {
    case 'card.bad-tac':
      bytes[at + EVIDENCE + EVIDENCE_AT.tac]! ^= 1
      break
    case 'card.bad-mac2':
      bytes[at + EVIDENCE + EVIDENCE_AT.mac2]! ^= 1
      break
    case 'card.evidence':
      bytes[at + AT.balanceFen + 3]! ^= 1
      break
    case 'test':
      bytes[at + AT.flags]! |= FLAG_TEST
      break
    case 'tap.conflict':
    case 'tap.missing':
    case 'tap.charged':
    case 'tap.foreign':
    case 'tap.overdue':
    case 'deny.listed':
      break
  }
}
