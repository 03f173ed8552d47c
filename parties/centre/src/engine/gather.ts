import { view } from '@unifare/core'
import type { AccountTable } from './account-table.ts'
import { type ChargeColumns, orderCharges } from './charge-columns.ts'
import type { DeliveryTable } from './delivery-table.ts'
import { CHARGE, HELD_BYTES, TAP } from './record-places.ts'
import type { Scratch } from './scratch.ts'

/**
 * A shard in the order of judgement, its records copied so that they lie in that order: all later
 * passes go through memory from front to back.
 */
export interface Gathered {
  readonly charges: {
    readonly count: number
    readonly words: DataView
    readonly places: Uint32Array
    /** The named taps of charge `c` are `taps[starts[c]]` to `taps[starts[c + 1] - 1]`. */
    readonly starts: Uint32Array
    /** Row of the tap, -1 where it did not come. */
    readonly taps: Int32Array
  }
  /** Taps that charges name, each once. */
  readonly taps: {
    readonly count: number
    readonly bytes: Uint8Array
    readonly words: DataView
    readonly places: Uint32Array
  }
  readonly accounts: {
    readonly count: number
    /** The charges of an account are `starts[a]` to before `starts[a + 1]`. */
    readonly starts: Uint32Array
    /** Hashes, ascending. */
    readonly hashes: Uint32Array
    /** Number of the account whose 14 bytes stand at a place; -1 when it has no charge. */
    find(words: DataView, at: number, medium: number): number
  }
}

/**
 * Records at the front of an array that has as much room behind them: they are copied within it,
 * which needs no object for each, and the array serves one shard after the other.
 */
export interface Arena {
  readonly bytes: Uint8Array
  /** Bytes of the records. */
  readonly length: number
}

/** An arena of its own for some records. */
export function arenaOf(records: Uint8Array): Arena {
  const bytes = new Uint8Array(records.length * 2)
  bytes.set(records)
  return { bytes, length: records.length }
}

/** The records of an arena. */
export function recordsIn({ bytes, length }: Arena): Uint8Array {
  return bytes.subarray(0, length)
}

/** Puts a shard's charges, and the taps that they name, in the order of judgement. */
export function gather(
  taps: Arena,
  charges: Arena,
  {
    deliveries,
    columns,
    scratch,
  }: {
    readonly deliveries: DeliveryTable
    readonly columns: ChargeColumns
    readonly scratch: Scratch
  },
): Gathered {
  const order = orderCharges(columns, scratch)
  const own = copyCharges(charges, order.charges, columns, scratch)
  return {
    charges: own,
    taps: copyTaps(taps, own.taps, deliveries, scratch),
    accounts: numbered(columns.accounts, order, scratch),
  }
}

function copyCharges(
  { bytes, length }: Arena,
  order: Uint32Array,
  columns: ChargeColumns,
  scratch: Scratch,
): Gathered['charges'] {
  const { count } = columns
  const words = view(bytes)
  const copy = bytes.subarray(length, length * 2)
  const places = scratch.u32(count)
  const starts = scratch.u32(count + 1)
  const taps = scratch.i32(columns.taps.length)
  let [to, next] = [0, 0]
  for (let i = 0; i < count; i++) {
    const charge = order[i]!
    const at = columns.places[charge]!
    const end = at + words.getUint16(at + CHARGE.length)
    bytes.copyWithin(length + to, at, end)
    places[i] = to
    to += end - at
    for (let j = columns.starts[charge]!; j < columns.starts[charge + 1]!; j++) {
      taps[next++] = columns.taps[j]!
    }
    starts[i + 1] = next
  }
  return { count, words: view(copy), places, starts, taps }
}

/** Copies named taps in the order in which they are named, and makes `named` point at the copies. */
function copyTaps(
  { bytes, length }: Arena,
  named: Int32Array,
  deliveries: DeliveryTable,
  scratch: Scratch,
): Gathered['taps'] {
  const words = view(bytes)
  const copies = scratch.i32(deliveries.count).fill(-1)
  const copy = bytes.subarray(length, length * 2)
  const places = scratch.u32(deliveries.count)
  let [to, count] = [0, 0]
  for (let i = 0; i < named.length; i++) {
    const row = named[i]!
    if (row === -1) continue
    if (copies[row] === -1) {
      const at = deliveries.places[row]!
      const end = at + words.getUint16(at + TAP.length)
      bytes.copyWithin(length + to, at - HELD_BYTES, end)
      copies[row] = count
      places[count++] = to + HELD_BYTES
      to += end - at + HELD_BYTES
    }
    named[i] = copies[row]!
  }
  return { count, bytes: copy, words: view(copy), places: places.subarray(0, count) }
}

function numbered(
  table: AccountTable,
  { accounts, starts }: { readonly accounts: Uint32Array; readonly starts: Uint32Array },
  scratch: Scratch,
): Gathered['accounts'] {
  const rank = scratch.i32(accounts.length)
  const hashes = scratch.u32(accounts.length)
  accounts.forEach((account, place) => {
    rank[account] = place
    hashes[place] = table.hashes[account]!
  })
  return {
    count: accounts.length,
    starts,
    hashes,
    find(words, at, medium) {
      const account = table.find(words, at, medium)
      return account === -1 ? -1 : rank[account]!
    },
  }
}
