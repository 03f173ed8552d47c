import { view } from '@unifare/core'
import type { CardKeyColumn, SessionRows, SlotRows } from '@unifare/crypto'
import { EVIDENCE_AT, EVIDENCE_BYTES, EVIDENCE_VERSION } from './evidence.ts'

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
const PLACE_AND_TIME_AT = EVIDENCE_AT.terminal

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
 * compares with, and what a whole fleet of software cards answers. A card's keys are derived once
 * for purchases of it that stand together. Throws a `TypeError` for bytes that are no evidence of
 * version 1.
 */
export function evidenceCodes(columns: EvidenceColumns, evidence: EvidenceRows): EvidenceCodes {
  const { tac, purchase, slots } = columns
  const { at } = evidence
  const words = view(evidence.bytes)
  const codes = { tac: new Uint32Array(at.length), mac2: new Uint32Array(at.length) }
  scratch ??= newRows()
  const rows = scratch
  const cards = { factors: new Uint8Array(slots * WORD_BYTES), issuers: new Uint32Array(slots) }
  const slotOf = new Uint32Array(at.length)
  for (let first = 0; first < at.length; ) {
    const { end, count } = takeCards({ words, evidence, first, slotOf }, cards)
    tac.derive(cards.factors, count, cards.issuers)
    purchase.derive(cards.factors, count, cards.issuers)
    for (let from = first; from < end; from += ROWS) {
      const own = Math.min(ROWS, end - from)
      for (let row = 0; row < own; row++) fillRow(rows, row, words, at[from + row]!)
      rows.slots.set(slotOf.subarray(from, from + own))
      makeCodes({ tac, purchase }, rows, { from, count: own }, codes)
    }
    first = end
  }
  return codes
}

/**
 * Gives the cards of the next purchases their slots, until there are no more slots: the factors by
 * which their keys are derived, and the slot of every purchase.
 */
function takeCards(
  {
    words,
    evidence,
    first,
    slotOf,
  }: {
    readonly words: DataView
    readonly evidence: EvidenceRows
    readonly first: number
    readonly slotOf: Uint32Array
  },
  cards: { readonly factors: Uint8Array; readonly issuers: Uint32Array },
): { readonly end: number; readonly count: number } {
  const { at, issuers } = evidence
  const out = view(cards.factors)
  const last = { high: 0, low: 0, issuer: -1 }
  let count = 0
  for (let row = first; row < at.length; row++) {
    const from = at[row]!
    const isEvidence =
      from + EVIDENCE_BYTES <= words.byteLength && words.getUint8(from) === EVIDENCE_VERSION
    if (!isEvidence) throw new TypeError('no evidence of version 1')
    const high = words.getUint32(from + CARD_FACTOR_AT)
    const low = words.getUint32(from + CARD_FACTOR_AT + 4)
    const issuer = issuers?.[row] ?? 0
    if (last.low !== low || last.high !== high || last.issuer !== issuer) {
      if (count === cards.issuers.length) return { end: row, count }
      out.setUint32(count * WORD_BYTES, high)
      out.setUint32(count * WORD_BYTES + 4, low)
      cards.issuers[count++] = issuer
      last.high = high
      last.low = low
      last.issuer = issuer
    }
    slotOf[row] = count - 1
  }
  return { end: at.length, count }
}

interface Rows {
  readonly slots: Uint32Array
  readonly tacMessages: Uint8Array
  readonly tacWords: DataView
  readonly seeds: Uint8Array
  readonly seedWords: DataView
  readonly mac2Messages: Uint8Array
  readonly mac2Words: DataView
  readonly out: Uint32Array
}

/** Kept from call to call: a day asks for every issuer in every shard. Holds nothing secret. */
let scratch: Rows | undefined

function newRows(): Rows {
  const tacMessages = new Uint8Array(ROWS * TAC_MESSAGE_BYTES)
  const seeds = new Uint8Array(ROWS * WORD_BYTES)
  const mac2Messages = new Uint8Array(ROWS * MAC2_MESSAGE_BYTES)
  return {
    slots: new Uint32Array(ROWS),
    tacMessages,
    tacWords: view(tacMessages),
    seeds,
    seedWords: view(seeds),
    mac2Messages,
    mac2Words: view(mac2Messages),
    out: new Uint32Array(ROWS),
  }
}

function fillRow(rows: Rows, row: number, words: DataView, from: number): void {
  const { tacWords, seedWords, mac2Words } = rows
  const amountFen = words.getUint32(from + EVIDENCE_AT.amountFen)
  mac2Words.setUint32(row * MAC2_MESSAGE_BYTES, amountFen)
  const message = row * TAC_MESSAGE_BYTES
  tacWords.setUint32(message, amountFen)
  tacWords.setUint8(message + 4, words.getUint8(from + EVIDENCE_AT.type))
  for (let i = 0; i < 4; i++) {
    tacWords.setUint32(message + 5 + i * 4, words.getUint32(from + PLACE_AND_TIME_AT + i * 4))
  }
  tacWords.setUint8(message + 21, words.getUint8(from + PLACE_AND_TIME_AT + 16))
  // Random and counter, and the low half of the terminal serial.
  const seed = row * WORD_BYTES
  seedWords.setUint32(seed, words.getUint32(from + EVIDENCE_AT.random))
  seedWords.setUint16(seed + 4, words.getUint16(from + EVIDENCE_AT.random + 4))
  seedWords.setUint16(seed + 6, words.getUint16(from + EVIDENCE_AT.serial + 2))
}

function makeCodes(
  { tac, purchase }: Pick<EvidenceColumns, 'tac' | 'purchase'>,
  rows: Rows,
  { from, count }: { readonly from: number; readonly count: number },
  codes: EvidenceCodes,
): void {
  const { slots, seeds, out } = rows
  const common = { count, slots, out }
  tac.macs({ ...common, messages: rows.tacMessages, messageBytes: TAC_MESSAGE_BYTES })
  codes.tac.set(out.subarray(0, count), from)
  const messages = rows.mac2Messages
  purchase.macs({ ...common, seeds, messages, messageBytes: MAC2_MESSAGE_BYTES })
  codes.mac2.set(out.subarray(0, count), from)
}
