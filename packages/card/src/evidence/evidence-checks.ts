import { view } from '@unifare/core'
import type { CardKeyColumn, SessionRows, SlotRows } from '@unifare/crypto'
import { EVIDENCE_AT, EVIDENCE_BYTES, EVIDENCE_VERSION } from './evidence.ts'
import { groupRows } from './group-rows.ts'

/** What a purchase's codes say, as bits: 1 the TAC is right, 2 MAC2 is right. */
export const TAC_GOOD = 1
export const MAC2_GOOD = 2

/** Keys of cards of one algorithm, for many purchases at once. */
export interface EvidenceColumns {
  readonly tac: Pick<CardKeyColumn<SlotRows>, 'derive' | 'macs'>
  readonly purchase: Pick<CardKeyColumn<SessionRows>, 'derive' | 'macs'>
  /** Slots of both. */
  readonly slots: number
}

/** Evidence of many purchases in one array: where each begins, and of which issuer it is. */
export interface EvidenceRows {
  readonly bytes: Uint8Array
  readonly at: Uint32Array
  /** Number of every row's issuer and key version in the columns; 0 when none are given. */
  readonly issuers?: Uint32Array
}

/** Rows that go through the ciphers at once. */
const ROWS = 2_048
const TAC_MESSAGE_BYTES = 22
const MAC2_MESSAGE_BYTES = 4
const WORD_BYTES = 8

/** The second half of the number's field: the card's own factor. */
const CARD_FACTOR_AT = EVIDENCE_AT.number + 2
/** Terminal, serial, date and time: 17 bytes that the TAC covers as they stand. */
const PLACE_AND_TIME = [EVIDENCE_AT.terminal, EVIDENCE_AT.tac] as const

/** TAC and MAC2 of every row, as big-endian words. */
export interface EvidenceCodes {
  readonly tac: Uint32Array
  readonly mac2: Uint32Array
}

/**
 * Checks the codes of many purchases of one algorithm: bytes of evidence in, `TAC_GOOD` and `MAC2_GOOD` out, the same as `verifyEvidence` gives one by one. Throws a
 * `TypeError` for bytes that are no evidence of version 1.
 */
export function checkEvidence(columns: EvidenceColumns, rows: EvidenceRows): Uint8Array {
  const { tac, mac2 } = evidenceCodes(columns, rows)
  const words = view(rows.bytes)
  const good = new Uint8Array(rows.at.length)
  for (let row = 0; row < good.length; row++) {
    const from = rows.at[row]!
    const isTac = words.getUint32(from + EVIDENCE_AT.tac) === tac[row]!
    const isMac2 = words.getUint32(from + EVIDENCE_AT.mac2) === mac2[row]!
    good[row] = (isTac ? TAC_GOOD : 0) | (isMac2 ? MAC2_GOOD : 0)
  }
  return good
}

/**
 * The codes that the cards make of these purchases, whatever stands in their place: what a check
 * compares with, and what a whole fleet of software cards answers. A card's keys are derived once,
 * whatever number of its purchases there are. Throws a `TypeError` for bytes that are no evidence
 * of version 1.
 */
export function evidenceCodes(
  { tac, purchase, slots }: EvidenceColumns,
  { bytes, at, issuers }: EvidenceRows,
): EvidenceCodes {
  for (const from of at) {
    if (from + EVIDENCE_BYTES > bytes.length || bytes[from] !== EVIDENCE_VERSION) {
      throw new TypeError('no evidence of version 1')
    }
  }
  const words = view(bytes)
  const codes = { tac: new Uint32Array(at.length), mac2: new Uint32Array(at.length) }
  const { order, starts, groups } = groupRows(words, at, CARD_FACTOR_AT, issuers)
  const factors = new Uint8Array(slots * WORD_BYTES)
  const issuerOf = new Uint32Array(slots)
  scratch ??= newRows()
  const rows = scratch
  const flush = (count: number): void => {
    makeCodes({ tac, purchase }, rows, count, codes)
  }
  for (let first = 0; first < groups; first += slots) {
    const cards = Math.min(slots, groups - first)
    for (let card = 0; card < cards; card++) {
      const row = order[starts[first + card]!]!
      const factorAt = at[row]! + CARD_FACTOR_AT
      issuerOf[card] = issuers?.[row] ?? 0
      for (let i = 0; i < WORD_BYTES; i++) factors[card * WORD_BYTES + i] = bytes[factorAt + i]!
    }
    tac.derive(factors, cards, issuerOf)
    purchase.derive(factors, cards, issuerOf)
    let count = 0
    for (let card = 0; card < cards; card++) {
      for (let i = starts[first + card]!; i < starts[first + card + 1]!; i++) {
        fillRow(rows, count, words, at[order[i]!]!)
        rows.slots[count] = card
        rows.index[count++] = order[i]!
        if (count === ROWS) {
          flush(count)
          count = 0
        }
      }
    }
    flush(count)
  }
  return codes
}

interface Rows {
  /** Which evidence a row holds. */
  readonly index: Uint32Array
  readonly slots: Uint32Array
  readonly tacMessages: Uint8Array
  readonly seeds: Uint8Array
  readonly mac2Messages: Uint8Array
  readonly out: Uint32Array
}

/** Kept from call to call: a day asks for every issuer in every shard. Holds nothing secret. */
let scratch: Rows | undefined

function newRows(): Rows {
  const words = () => new Uint32Array(ROWS)
  return {
    index: words(),
    slots: words(),
    tacMessages: new Uint8Array(ROWS * TAC_MESSAGE_BYTES),
    seeds: new Uint8Array(ROWS * WORD_BYTES),
    mac2Messages: new Uint8Array(ROWS * MAC2_MESSAGE_BYTES),
    out: words(),
  }
}

function fillRow(rows: Rows, row: number, words: DataView, from: number): void {
  const { tacMessages, seeds, mac2Messages } = rows
  const message = row * TAC_MESSAGE_BYTES
  for (let i = 0; i < 4; i++) {
    const byte = words.getUint8(from + EVIDENCE_AT.amountFen + i)
    tacMessages[message + i] = byte
    mac2Messages[row * MAC2_MESSAGE_BYTES + i] = byte
  }
  tacMessages[message + 4] = words.getUint8(from + EVIDENCE_AT.type)
  const [first, end] = PLACE_AND_TIME
  for (let i = first; i < end; i++) tacMessages[message + 5 + i - first] = words.getUint8(from + i)
  // Random and counter, and the low half of the terminal serial.
  const seed = row * WORD_BYTES
  for (let i = 0; i < 6; i++) seeds[seed + i] = words.getUint8(from + EVIDENCE_AT.random + i)
  seeds[seed + 6] = words.getUint8(from + EVIDENCE_AT.serial + 2)
  seeds[seed + 7] = words.getUint8(from + EVIDENCE_AT.serial + 3)
}

function makeCodes(
  { tac, purchase }: Pick<EvidenceColumns, 'tac' | 'purchase'>,
  rows: Rows,
  count: number,
  codes: EvidenceCodes,
): void {
  const { index, slots, seeds, out } = rows
  const common = { count, slots, out }
  tac.macs({ ...common, messages: rows.tacMessages, messageBytes: TAC_MESSAGE_BYTES })
  for (let row = 0; row < count; row++) codes.tac[index[row]!] = out[row]!
  const messages = rows.mac2Messages
  purchase.macs({ ...common, seeds, messages, messageBytes: MAC2_MESSAGE_BYTES })
  for (let row = 0; row < count; row++) codes.mac2[index[row]!] = out[row]!
}
