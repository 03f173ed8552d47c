import { view } from '@unifare/core'
import { type AccountTable, createAccountTable } from './account-table.ts'
import type { DeliveryTable } from './delivery-table.ts'
import { CHARGE, instantAt, NAMED } from './record-places.ts'
import type { Scratch } from './scratch.ts'

/** The charges of a shard as they came: places in their bytes, and what they are ordered by. */
export interface ChargeColumns {
  readonly count: number
  readonly words: DataView
  /** Place of every charge's record. */
  readonly places: Uint32Array
  /** The named taps of charge `c` are `taps[starts[c]]` to `taps[starts[c + 1] - 1]`. */
  readonly starts: Uint32Array
  /** Row of the named tap in the delivery table, -1 where it did not come. */
  readonly taps: Int32Array
  /** Number of every charge's account. */
  readonly owners: Uint32Array
  /** What charges of an account are ordered by first: their end, infinite for corrections. */
  readonly endAt: Float64Array
  readonly accounts: AccountTable
}

const LAST = Number.MAX_SAFE_INTEGER

/** Reads charges, one behind the other, and looks their taps up. */
export function readCharges(
  bytes: Uint8Array,
  deliveries: DeliveryTable,
  scratch: Scratch,
): ChargeColumns {
  const words = view(bytes)
  const { count, named } = countCharges(words)
  const places = scratch.u32(count)
  const starts = scratch.u32(count + 1)
  const taps = scratch.i32(named)
  const owners = scratch.u32(count)
  const endAt = scratch.f64(count)
  const accounts = createAccountTable(count, scratch)
  let next = 0
  for (let charge = 0, at = 0; charge < count; charge++) {
    places[charge] = at
    owners[charge] = accounts.number(words, at + CHARGE.account, words.getUint8(at + CHARGE.medium))
    const isCorrection = words.getUint32(at + CHARGE.corrects) !== 0
    endAt[charge] = isCorrection ? LAST : instantAt(words, at + CHARGE.endAt)
    let tap = namedAt(words, at)
    for (let left = words.getUint8(at + CHARGE.tapCount); left > 0; left--) {
      taps[next++] = deliveries.find(words, tap + NAMED.terminal)
      tap += NAMED.bytes
    }
    starts[charge + 1] = next
    at += words.getUint16(at + CHARGE.length)
  }
  return { count, words, places, starts, taps, owners, endAt, accounts }
}

/** Where the first named tap of a charge stands. */
export function namedAt(words: DataView, charge: number): number {
  return charge + CHARGE.tariff + words.getUint8(charge + CHARGE.tariffLength)
}

function countCharges(words: DataView): { readonly count: number; readonly named: number } {
  let [count, named] = [0, 0]
  for (let at = 0; at < words.byteLength; count++) {
    named += words.getUint8(at + CHARGE.tapCount)
    at += words.getUint16(at + CHARGE.length)
  }
  return { count, named }
}

/**
 * Charges in the order of judgement: by account, and in it by end, operator and number; corrections
 * behind all others, by operator and number, so that each finds what it names.
 */
export interface ChargeOrder {
  readonly charges: Uint32Array
  /** Numbers of accounts by hash, then by their bytes: the order of a day's verdicts. */
  readonly accounts: Uint32Array
  /** The charges of the account at place `i` are `charges[starts[i]]` to `charges[starts[i + 1] - 1]`. */
  readonly starts: Uint32Array
}

/** Puts charges in their order; it depends on the charges alone, not on when they came. */
export function orderCharges(columns: ChargeColumns, scratch: Scratch): ChargeOrder {
  const { count, owners } = columns
  const accounts = orderAccounts(columns.accounts, scratch)
  const rank = scratch.u32(accounts.length)
  accounts.forEach((account, place) => {
    rank[account] = place
  })
  const starts = scratch.u32(accounts.length + 1)
  for (let charge = 0; charge < count; charge++) starts[rank[owners[charge]!]! + 1]! += 1
  for (let place = 0; place < accounts.length; place++) starts[place + 1]! += starts[place]!
  const next = scratch.u32(starts.length)
  next.set(starts)
  const charges = scratch.u32(count)
  for (let charge = 0; charge < count; charge++) charges[next[rank[owners[charge]!]!]!++] = charge
  for (let place = 0; place < accounts.length; place++) {
    sortCharges(columns, charges, starts[place]!, starts[place + 1]!)
  }
  return { charges, accounts, starts }
}

/** Accounts that a shard has at most: hash and number make one whole number. */
const ACCOUNTS_MAX = 0x20_0000

function orderAccounts(accounts: AccountTable, scratch: Scratch): Uint32Array {
  const { count, hashes } = accounts
  if (count > ACCOUNTS_MAX) throw new TypeError(`a shard of ${count} accounts is too large`)
  const keys = scratch.f64(count)
  for (let i = 0; i < count; i++) keys[i] = hashes[i]! * ACCOUNTS_MAX + i
  keys.sort()
  const order = scratch.u32(count)
  for (let i = 0; i < count; i++) order[i] = keys[i]! % ACCOUNTS_MAX
  for (let i = 1; i < count; i++) {
    // Equal hashes of different accounts are rare: those few go by their bytes.
    for (let j = i; j > 0 && hashes[order[j]!] === hashes[order[j - 1]!]; j--) {
      const [one, other] = [order[j - 1]!, order[j]!]
      if (accounts.compare(one, other) <= 0) break
      order[j - 1] = other
      order[j] = one
    }
  }
  return order
}

const INSERTION_MAX = 24

function sortCharges(
  { words, places, endAt }: ChargeColumns,
  charges: Uint32Array,
  from: number,
  to: number,
): void {
  const compare = (a: number, b: number): number =>
    endAt[a]! - endAt[b]! ||
    words.getUint32(places[a]! + CHARGE.operator) - words.getUint32(places[b]! + CHARGE.operator) ||
    words.getUint32(places[a]! + CHARGE.number) - words.getUint32(places[b]! + CHARGE.number)
  if (to - from > INSERTION_MAX) {
    charges.subarray(from, to).sort(compare)
    return
  }
  for (let i = from + 1; i < to; i++) {
    const charge = charges[i]!
    let j = i
    for (; j > from && compare(charges[j - 1]!, charge) > 0; j--) charges[j] = charges[j - 1]!
    charges[j] = charge
  }
}
