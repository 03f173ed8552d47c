import { view } from '@unifare/core'
import { HELD_BYTES, TAP } from './record-places.ts'
import type { Scratch } from './scratch.ts'

/** Taps of a shard by delivery: 6 bytes of terminal, and its sequence. */
export interface DeliveryTable {
  /** Rows of distinct deliveries, in the order in which they came. */
  readonly count: number
  /** Place of every row's record. */
  readonly places: Uint32Array
  /** Row of a delivery whose terminal and sequence stand at a place of other bytes; -1 for none. */
  find(words: DataView, at: number): number
}

/** Words of a delivery: the terminal's upper 2 bytes, its lower 4, the sequence. */
const KEY_WORDS = 3

/**
 * Reads the taps of a shard, each behind the deny version that its terminal held. A delivery that
 * comes again is the same bytes (intake refuses others) and is passed over.
 */
export function readTaps(bytes: Uint8Array, scratch: Scratch): DeliveryTable {
  const words = view(bytes)
  const records = countRecords(words)
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, records * 2)))
  const table = scratch.i32(size).fill(-1)
  const places = scratch.u32(records)
  // Copied from the records, so that a look at a delivery is one at a few bytes, not at a record.
  const keys = scratch.u32(records * KEY_WORDS)
  let count = 0

  function placeOf(high: number, low: number, sequence: number): number {
    let place = deliveryHash(high, low, sequence) & (size - 1)
    for (;;) {
      const row = table[place]!
      if (row === -1) return place
      const key = row * KEY_WORDS
      if (keys[key + 2] === sequence && keys[key + 1] === low && keys[key] === high) return place
      place = (place + 1) & (size - 1)
    }
  }

  for (let at = 0; at < bytes.length; ) {
    const record = at + HELD_BYTES
    const terminal = record + TAP.terminal
    const [high, low] = [words.getUint16(terminal), words.getUint32(terminal + 2)]
    const sequence = words.getUint32(terminal + 6)
    const place = placeOf(high, low, sequence)
    if (table[place] === -1) {
      places[count] = record
      const key = count * KEY_WORDS
      keys[key] = high
      keys[key + 1] = low
      keys[key + 2] = sequence
      table[place] = count++
    }
    at = record + words.getUint16(record + TAP.length)
  }
  return {
    count,
    places,
    find: (from, at) =>
      table[placeOf(from.getUint16(at), from.getUint32(at + 2), from.getUint32(at + 6))]!,
  }
}

function countRecords(words: DataView): number {
  let count = 0
  for (let at = 0; at < words.byteLength; count++) {
    at += HELD_BYTES + words.getUint16(at + HELD_BYTES + TAP.length)
  }
  return count
}

function deliveryHash(high: number, low: number, sequence: number): number {
  let hash = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 15) ^ sequence, 0xc2b2ae35)
  return hash ^ (hash >>> 13)
}
