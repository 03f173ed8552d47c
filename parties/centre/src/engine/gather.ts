import { view } from '@unifare/core'
import type { AccountTable } from './account-table.ts'
import { type ChargeColumns, orderCharges } from './charge-columns.ts'
import type { DeliveryTable } from './delivery-table.ts'
import { CHARGE, HELD_BYTES, TAP } from './record-places.ts'

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

/** Puts a shard's charges, and the taps that they name, in the order of judgement. */
export function gather(
  taps: Uint8Array,
  charges: Uint8Array,
  { deliveries, columns }: { readonly deliveries: DeliveryTable; readonly columns: ChargeColumns },
): Gathered {
  const order = orderCharges(columns)
  const from = view(charges)
  const own = copyCharges(charges, from, order.charges, columns)
  return {
    charges: own,
    taps: copyTaps(taps, own.taps, deliveries),
    accounts: numbered(columns.accounts, order),
  }
}

function copyCharges(
  bytes: Uint8Array,
  words: DataView,
  order: Uint32Array,
  columns: ChargeColumns,
): Gathered['charges'] {
  const { count } = columns
  const { arena, copy } = arenaOf(bytes)
  const places = new Uint32Array(count)
  const starts = new Uint32Array(count + 1)
  const taps = new Int32Array(columns.taps.length)
  let [to, next] = [0, 0]
  for (let i = 0; i < count; i++) {
    const charge = order[i]!
    const at = columns.places[charge]!
    const end = at + words.getUint16(at + CHARGE.length)
    arena.copyWithin(bytes.length + to, at, end)
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
  bytes: Uint8Array,
  named: Int32Array,
  deliveries: DeliveryTable,
): Gathered['taps'] {
  const words = view(bytes)
  const copies = new Int32Array(deliveries.count).fill(-1)
  const { arena, copy } = arenaOf(bytes)
  const places = new Uint32Array(deliveries.count)
  let [to, count] = [0, 0]
  for (let i = 0; i < named.length; i++) {
    const row = named[i]!
    if (row === -1) continue
    if (copies[row] === -1) {
      const at = deliveries.places[row]!
      const length = HELD_BYTES + words.getUint16(at + TAP.length)
      arena.copyWithin(bytes.length + to, at - HELD_BYTES, at - HELD_BYTES + length)
      copies[row] = count
      places[count++] = to + HELD_BYTES
      to += length
    }
    named[i] = copies[row]!
  }
  return { count, bytes: copy, words: view(copy), places: places.subarray(0, count) }
}

/**
 * Room for a copy behind the bytes themselves: records are moved within one array, which needs no
 * object for each of them.
 */
function arenaOf(bytes: Uint8Array): { readonly arena: Uint8Array; readonly copy: Uint8Array } {
  const arena = new Uint8Array(bytes.length * 2)
  arena.set(bytes)
  return { arena, copy: arena.subarray(bytes.length) }
}

function numbered(
  table: AccountTable,
  { accounts, starts }: { readonly accounts: Uint32Array; readonly starts: Uint32Array },
): Gathered['accounts'] {
  const rank = new Int32Array(accounts.length)
  const hashes = new Uint32Array(accounts.length)
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
