import { HELD_BYTES, TAP } from './record-places.ts'

/** Taps of a shard by delivery: 6 bytes of terminal, and its sequence. */
export interface DeliveryTable {
  /** Rows of distinct deliveries, in the order in which they came. */
  readonly count: number
  /** Place of every row's record. */
  readonly places: Uint32Array
  /** Row of a delivery whose terminal and sequence stand at a place of other bytes; -1 for none. */
  find(words: DataView, at: number): number
}

/**
 * Reads the taps of a shard, each behind the deny version that its terminal held. A delivery that
 * comes again is the same bytes (intake refuses others) and is passed over.
 */
export function readTaps(bytes: Uint8Array): DeliveryTable {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const records = countRecords(words)
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, records * 2)))
  const table = new Int32Array(size).fill(-1)
  const places = new Uint32Array(records)
  let count = 0

  function placeOf(from: DataView, at: number): number {
    const [high, low] = [from.getUint16(at), from.getUint32(at + 2)]
    const sequence = from.getUint32(at + 6)
    let place = deliveryHash(high, low, sequence) & (size - 1)
    for (;;) {
      const row = table[place]!
      if (row === -1) return place
      const known = places[row]! + TAP.terminal
      const same =
        words.getUint32(known + 6) === sequence &&
        words.getUint32(known + 2) === low &&
        words.getUint16(known) === high
      if (same) return place
      place = (place + 1) & (size - 1)
    }
  }

  for (let at = 0; at < bytes.length; ) {
    const record = at + HELD_BYTES
    const place = placeOf(words, record + TAP.terminal)
    if (table[place] === -1) {
      places[count] = record
      table[place] = count++
    }
    at = record + words.getUint16(record + TAP.length)
  }
  return { count, places, find: (from, at) => table[placeOf(from, at)]! }
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
