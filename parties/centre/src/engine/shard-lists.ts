import { hashOfAccount } from './account-hash.ts'
import { orderByHash, sortRuns } from './hash-order.ts'
import {
  CHARGE_LINE,
  compareDeliveries,
  compareOwners,
  instantAt,
  namedAt,
  sameOwner,
  TAP_LINE,
  tapsNamedAt,
  wordsOfCharge,
  wordsOfTap,
} from './lines.ts'
import type { Scratch } from './scratch.ts'

/** The taps of a shard in the order of accounts and, in them, of deliveries; each delivery once. */
export interface TapList {
  readonly count: number
  readonly lines: Uint32Array
  /** Where each begins. */
  readonly places: Uint32Array
}

/** The charges of a shard in the order in which they are judged. */
export interface ChargeList {
  readonly count: number
  readonly lines: Uint32Array
  readonly places: Uint32Array
  /** The named taps of charge `c` are `taps[starts[c]]` to `taps[starts[c + 1] - 1]`. */
  readonly starts: Uint32Array
  /** Number of the tap in the list; -1 where its account did not deliver it. */
  readonly taps: Int32Array
}

/** The accounts that have charges, by hash, then by their bytes: the order of a day's verdicts. */
export interface AccountList {
  readonly count: number
  /** The charges of an account are `starts[a]` to before `starts[a + 1]`. */
  readonly starts: Uint32Array
  readonly hashes: Uint32Array
  /** Number of the account whose 14 bytes stand at a place; -1 when it has no charge. */
  find(words: DataView, at: number, medium: number): number
}

/** A shard, joined. */
export interface ShardLists {
  readonly taps: TapList
  readonly charges: ChargeList
  readonly accounts: AccountList
}

const TAPS = { hash: TAP_LINE.hash, wordsAt: wordsOfTap }
const CHARGES = { hash: CHARGE_LINE.hash, wordsAt: wordsOfCharge }

/**
 * Reads a shard: puts its taps and charges where they lie in the order of accounts, and joins them
 * in it. A charge can only be proved by taps of its own medium, so no look goes beyond an account.
 */
export function readShard(taps: Uint32Array, charges: Uint32Array, scratch: Scratch): ShardLists {
  const own = orderTaps(taps, scratch)
  const asking = orderCharges(charges, scratch)
  const accounts = accountsOf(asking.lines, asking.places, scratch)
  const joined = join(own, asking, { accounts, scratch })
  return { taps: own, charges: joined, accounts }
}

/**
 * Taps by account and delivery. A delivery that comes again is the same bytes (intake refuses
 * others) and is left out.
 */
function orderTaps(lines: Uint32Array, scratch: Scratch): TapList {
  const order = orderByHash(lines, TAPS, scratch)
  const { places, hashes } = order
  sortRuns(lines, order, compareTaps)
  let kept = 0
  for (let i = 0; i < places.length; i++) {
    const comesAgain =
      kept > 0 &&
      hashes[i - 1] === hashes[i] &&
      compareTaps(lines, places[kept - 1]!, places[i]!) === 0
    if (!comesAgain) places[kept++] = places[i]!
  }
  return { count: kept, lines, places: places.subarray(0, kept) }
}

function compareTaps(lines: Uint32Array, a: number, b: number): number {
  return compareOwners(lines, a, lines, b) || compareDeliveries(lines, a, lines, b)
}

/** Charges by account; in it by end, operator and number, corrections behind all others. */
function orderCharges(lines: Uint32Array, scratch: Scratch) {
  const order = orderByHash(lines, CHARGES, scratch)
  const { places } = order
  sortRuns(lines, order, compareCharges)
  let named = 0
  for (let i = 0; i < places.length; i++) named += tapsNamedAt(lines, places[i]!)
  return { lines, places, named }
}

/** Corrections go by operator and number alone, so that each finds what it names. */
function compareCharges(lines: Uint32Array, a: number, b: number): number {
  const byOwner = compareOwners(lines, a, lines, b)
  if (byOwner !== 0) return byOwner
  const isCorrection = lines[a + CHARGE_LINE.corrects]! !== 0
  const byKind = Number(isCorrection) - Number(lines[b + CHARGE_LINE.corrects]! !== 0)
  if (byKind !== 0) return byKind
  return (
    (isCorrection ? 0 : instantAt(lines, a) - instantAt(lines, b)) ||
    lines[a + CHARGE_LINE.operator]! - lines[b + CHARGE_LINE.operator]! ||
    lines[a + CHARGE_LINE.number]! - lines[b + CHARGE_LINE.number]!
  )
}

function accountsOf(lines: Uint32Array, places: Uint32Array, scratch: Scratch): AccountList {
  const starts = scratch.u32(places.length + 1)
  const hashes = scratch.u32(places.length)
  let count = 0
  for (let i = 0; i < places.length; i++) {
    const place = places[i]!
    if (i > 0 && sameOwner(lines, places[i - 1]!, lines, place)) continue
    starts[count] = i
    hashes[count++] = lines[place + CHARGE_LINE.hash]!
  }
  starts[count] = places.length
  return { count, starts: starts.subarray(0, count + 1), hashes, find }

  function find(words: DataView, at: number, medium: number): number {
    const [issuer, high, low] = [
      words.getUint32(at),
      words.getUint32(at + 4),
      words.getUint32(at + 8),
    ]
    const rest = words.getUint16(at + 12)
    const hash = hashOfAccount(issuer, high, low, rest, medium)
    let [first, end] = [0, count]
    while (first < end) {
      const middle = (first + end) >>> 1
      if (hashes[middle]! < hash) first = middle + 1
      else end = middle
    }
    for (; first < count && hashes[first] === hash; first++) {
      const from = places[starts[first]!]! + CHARGE_LINE.issuer
      const same =
        lines[from] === issuer &&
        lines[from + 1] === high &&
        lines[from + 2] === low &&
        lines[from + 3]! >>> 8 === rest * 0x100 + medium
      if (same) return first
    }
    return -1
  }
}

/** Goes through accounts and taps at once: both stand in the same order. */
function join(
  taps: TapList,
  charges: { readonly lines: Uint32Array; readonly places: Uint32Array; readonly named: number },
  { accounts, scratch }: { readonly accounts: AccountList; readonly scratch: Scratch },
): ChargeList {
  const { lines, places } = charges
  const starts = scratch.u32(places.length + 1)
  const named = scratch.i32(charges.named)
  const list = { count: places.length, lines, places, starts, taps: named }
  let from = 0
  for (let account = 0; account < accounts.count; account++) {
    from = joinAccount(taps, from, list, accounts, account)
  }
  return list
}

/** Joins one account's charges to its taps, which begin at `from` or behind; returns their end. */
function joinAccount(
  taps: TapList,
  from: number,
  charges: ChargeList,
  accounts: AccountList,
  account: number,
): number {
  const { lines, places, starts } = charges
  const begin = accounts.starts[account]!
  const end = accounts.starts[account + 1]!
  const first = places[begin]!
  const hash = accounts.hashes[account]!
  let start = from
  while (start < taps.count && isBefore(taps, start, hash, lines, first)) start += 1
  let to = start
  while (to < taps.count && sameOwner(taps.lines, taps.places[to]!, lines, first)) to += 1
  let next = starts[begin]!
  for (let i = begin; i < end; i++) {
    const place = places[i]!
    const count = tapsNamedAt(lines, place)
    for (let j = 0; j < count; j++) {
      charges.taps[next++] = findDelivery(taps, start, to, lines, namedAt(place, j))
    }
    starts[i + 1] = next
  }
  return to
}

function isBefore(
  taps: TapList,
  tap: number,
  hash: number,
  lines: Uint32Array,
  first: number,
): boolean {
  const place = taps.places[tap]!
  const own = taps.lines[place + TAP_LINE.hash]!
  if (own !== hash) return own < hash
  return compareOwners(taps.lines, place, lines, first) < 0
}

/** Few taps are gone through, many are halved: most accounts have two or three a day. */
const FEW = 8

function findDelivery(
  taps: TapList,
  first: number,
  end: number,
  lines: Uint32Array,
  named: number,
): number {
  let from = first
  let to = end
  while (to - from > FEW) {
    const middle = (from + to) >>> 1
    if (compareDeliveries(taps.lines, taps.places[middle]!, lines, named) < 0) from = middle
    else to = middle + 1
  }
  for (let tap = from; tap < to; tap++) {
    if (compareDeliveries(taps.lines, taps.places[tap]!, lines, named) === 0) return tap
  }
  return -1
}
