import { type AccountTable, compareAccounts, createAccountTable } from './account-table.ts'
import type { DeliveryTable } from './delivery-table.ts'
import { CHARGE, instantAt, NAMED } from './record-places.ts'

/** The charges of a shard, as places in their bytes, and joined to their taps. */
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
  readonly accounts: AccountTable
}

/** Reads charges, one behind the other, and looks their taps up. */
export function readCharges(bytes: Uint8Array, deliveries: DeliveryTable): ChargeColumns {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const { count, named } = countCharges(words)
  const places = new Uint32Array(count)
  const starts = new Uint32Array(count + 1)
  const taps = new Int32Array(named)
  const owners = new Uint32Array(count)
  const accounts = createAccountTable(words, count)
  let next = 0
  for (let charge = 0, at = 0; charge < count; charge++) {
    places[charge] = at
    owners[charge] = accounts.number(at + CHARGE.account, words.getUint8(at + CHARGE.medium))
    let tap = namedAt(words, at)
    for (let left = words.getUint8(at + CHARGE.tapCount); left > 0; left--) {
      taps[next++] = deliveries.find(words, tap + NAMED.terminal)
      tap += NAMED.bytes
    }
    starts[charge + 1] = next
    at += words.getUint16(at + CHARGE.length)
  }
  return { count, words, places, starts, taps, owners, accounts }
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

/** Charges in the order of judgement: by account, and in it by end, operator and number. */
export interface ChargeOrder {
  readonly charges: Uint32Array
  /** Accounts by hash, then by their bytes: the order of a day's verdicts. */
  readonly accounts: Uint32Array
  /** The charges of the account at place `i` are `charges[starts[i]]` to `charges[starts[i + 1] - 1]`. */
  readonly starts: Uint32Array
}

/** Puts charges in their order; it depends on the charges alone, not on when they came. */
export function orderCharges(columns: ChargeColumns): ChargeOrder {
  const { count, owners } = columns
  const accounts = orderAccounts(columns)
  const rank = new Uint32Array(accounts.length)
  accounts.forEach((account, place) => {
    rank[account] = place
  })
  const starts = new Uint32Array(accounts.length + 1)
  for (let charge = 0; charge < count; charge++) starts[rank[owners[charge]!]! + 1]! += 1
  for (let place = 0; place < accounts.length; place++) starts[place + 1]! += starts[place]!
  const next = starts.slice()
  const charges = new Uint32Array(count)
  for (let charge = 0; charge < count; charge++) charges[next[rank[owners[charge]!]!]!++] = charge
  for (let place = 0; place < accounts.length; place++) {
    sortCharges(columns, charges, starts[place]!, starts[place + 1]!)
  }
  return { charges, accounts, starts }
}

function orderAccounts({ accounts, words }: ChargeColumns): Uint32Array {
  const { count, hashes, places } = accounts
  // Hash and number in one whole number: sorted natively, and shards have less than 2^21 accounts.
  const keys = new Float64Array(count)
  for (let i = 0; i < count; i++) keys[i] = hashes[i]! * 0x20_0000 + i
  keys.sort()
  const order = Uint32Array.from(keys, (key) => key % 0x20_0000)
  const alike = (a: number, b: number) => hashes[a] === hashes[b]
  for (let i = 1; i < count; i++) {
    // Equal hashes of different accounts are rare: those few go by their bytes.
    for (let j = i; j > 0 && alike(order[j]!, order[j - 1]!); j--) {
      const [one, other] = [order[j - 1]!, order[j]!]
      if (compareAccounts(words, places[one]!, words, places[other]!) <= 0) break
      order[j - 1] = other
      order[j] = one
    }
  }
  return order
}

const INSERTION_MAX = 24

function sortCharges(
  { words, places }: ChargeColumns,
  charges: Uint32Array,
  from: number,
  to: number,
): void {
  const compare = (a: number, b: number): number => {
    const [one, other] = [places[a]!, places[b]!]
    return (
      instantAt(words, one + CHARGE.endAt) - instantAt(words, other + CHARGE.endAt) ||
      words.getUint32(one + CHARGE.operator) - words.getUint32(other + CHARGE.operator) ||
      words.getUint32(one + CHARGE.number) - words.getUint32(other + CHARGE.number)
    )
  }
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
