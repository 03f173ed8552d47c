import { requireData, view } from '@unifare/core'
import {
  addLost,
  COUNTER_NEW,
  checkCounter,
  lastDay,
  lostCounters,
  markCounter,
  markRide,
  missingCounters,
  watchedCounters,
} from './card-counters.ts'
import { cardKeyHash } from './card-key.ts'
import { type CardMarks, createCardMarks, MARK, MARK_WORDS } from './card-marks.ts'

const MAGIC = 0x55434d31
const HEAD_BYTES = 8
const ROW_BYTES = MARK_WORDS * 4

/**
 * The marks of one bucket as bytes: `UCM1`, the number of cards, and their rows (words, big-endian)
 * in the order of hash and key. The same marks give the same bytes, in whatever order they came.
 */
export function encodeCardMarks(marks: CardMarks): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + marks.count * ROW_BYTES)
  const out = view(bytes)
  out.setUint32(0, MAGIC)
  out.setUint32(4, marks.count)
  const { words } = marks
  let to = HEAD_BYTES
  for (const row of rowsInOrder(marks)) {
    const at = row * MARK_WORDS
    for (let i = 0; i < MARK_WORDS; i++, to += 4) out.setUint32(to, words[at + i]!)
  }
  return bytes
}

/** Reads marks back; throws `marks.malformed` for bytes that `encodeCardMarks` did not make. */
export function decodeCardMarks(bytes: Uint8Array): CardMarks {
  const from = view(bytes)
  const head = bytes.length >= HEAD_BYTES && from.getUint32(0) === MAGIC
  const count = head ? from.getUint32(4) : 0
  requireMarks(head && bytes.length === HEAD_BYTES + count * ROW_BYTES, 'not a list of cards')
  const marks = createCardMarks(count)
  const { words } = marks
  for (let row = 0, at = HEAD_BYTES; row < count; row++, at += ROW_BYTES) {
    const added = marks.add(from.getUint32(at), from.getUint32(at + 4), from.getUint32(at + 8))
    requireMarks(added === row, 'a card stands twice')
    const to = row * MARK_WORDS
    for (let i = MARK.counter; i < MARK_WORDS; i++) words[to + i] = from.getUint32(at + i * 4)
    requireMarks(row === 0 || compareRows(words, row - 1, row) < 0, 'cards are not in their order')
  }
  return marks
}

/**
 * Adds what another store knows: a counter is seen when either saw it, balance and day are those of
 * the higher counter. `lost` becomes an upper bound: what one store missed the other may have seen.
 */
export function mergeCardMarks(into: CardMarks, from: CardMarks): void {
  for (let row = 0; row < from.count; row++) {
    const at = row * MARK_WORDS
    const own = into.add(from.words[at]!, from.words[at + 1]!, from.words[at + 2]!)
    mergeRow(into, own, from, row)
  }
}

function mergeRow(into: CardMarks, own: number, from: CardMarks, row: number): void {
  const tail = from.words.subarray(row * MARK_WORDS + MARK.counter, (row + 1) * MARK_WORDS)
  const to = own * MARK_WORDS + MARK.counter
  if (into.words[to] === 0) {
    into.words.set(tail, to)
    return
  }
  const missing = new Set(missingCounters(from, row))
  const last = tail[0]!
  for (let counter = last - watchedCounters(from, row); counter < last; counter++) {
    const known = checkCounter(into, own, counter)
    if (known === COUNTER_NEW && !missing.has(counter)) markCounter(into, own, counter)
  }
  if (last > 0 && checkCounter(into, own, last) === COUNTER_NEW) {
    markRide(into, own, last, balanceOf(from, row), lastDay(from, row))
  }
  addLost(into, own, lostCounters(from, row))
}

function balanceOf({ words }: CardMarks, row: number): number {
  return words[row * MARK_WORDS + MARK.balanceFen]!
}

/** Rows by hash and key. Hashes that are the same are few: sorting numbers does almost all of it. */
function rowsInOrder({ count, words }: CardMarks): Uint32Array {
  const sorted = new BigUint64Array(count)
  const halves = new Uint32Array(sorted.buffer)
  const [low, high] = LITTLE_ENDIAN ? [0, 1] : [1, 0]
  let isSorted = true
  for (let row = 0; row < count; row++) {
    halves[row * 2 + low] = row
    halves[row * 2 + high] = hashOf(words, row)
    if (row > 0 && halves[row * 2 + high]! < halves[row * 2 - 2 + high]!) isSorted = false
  }
  // A day without any before goes through its cards in this order.
  if (!isSorted) sorted.sort()
  const rows = new Uint32Array(count)
  for (let i = 0; i < count; i++) rows[i] = halves[i * 2 + low]!
  for (let i = 1; i < count; i++) {
    for (let j = i; j > 0 && compareRows(words, rows[j - 1]!, rows[j]!) > 0; j--) {
      const row = rows[j]!
      rows[j] = rows[j - 1]!
      rows[j - 1] = row
    }
  }
  return rows
}

const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

function compareRows(words: Uint32Array, one: number, other: number): number {
  const byHash = hashOf(words, one) - hashOf(words, other)
  if (byHash !== 0) return byHash
  for (let i = 0; i < MARK.counter; i++) {
    const difference = words[one * MARK_WORDS + i]! - words[other * MARK_WORDS + i]!
    if (difference !== 0) return difference
  }
  return 0
}

function hashOf(words: Uint32Array, row: number): number {
  const at = row * MARK_WORDS
  return cardKeyHash(words[at]!, words[at + 1]!, words[at + 2]!)
}

function requireMarks(good: boolean, message: string): void {
  requireData(good, 'marks.malformed', message)
}
