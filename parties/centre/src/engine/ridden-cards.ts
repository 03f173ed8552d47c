import { BUCKETS, bucketOf } from './account-hash.ts'
import { COUNTER_NEW, checkCounter, markRide } from './card-counters.ts'
import { packCardKey } from './card-key.ts'
import { type CardMarks, createCardMarks } from './card-marks.ts'
import { sameOwner, TAP_LINE } from './lines.ts'
import type { RiddenCards } from './past.ts'

const DAY_MS = 86_400_000
/** Row of a card that has none. */
const UNKNOWN = -1

/** The marks of the buckets that a worker has at hand. */
export interface BucketMarks {
  /** Marks of a bucket; empty ones when there were none. */
  of(bucket: number): CardMarks
  set(bucket: number, marks: CardMarks): void
}

/** Opens marks of buckets, all empty, with room for so many cards each. */
export function createBucketMarks(cards = 0): BucketMarks {
  const stores: (CardMarks | undefined)[] = Array.from({ length: BUCKETS })
  return {
    of: (bucket) => (stores[bucket] ??= createCardMarks(cards)),
    set(bucket, marks) {
      stores[bucket] = marks
    },
  }
}

/** All earlier days' knowledge of cards, as clearing asks for it; `at` is the day's own beginning. */
export function riddenCards(marks: BucketMarks, at: number): RiddenCards {
  const key = new Uint32Array(3)
  const day = Math.floor(at / DAY_MS)
  /** The card that was asked for last: taps of one card stand together. */
  const last: { tap: number; store: CardMarks | undefined; row: number } = {
    tap: -1,
    store: undefined,
    row: UNKNOWN,
  }
  let lastLines: Uint32Array = new Uint32Array(0)

  /** Finds the card of a tap: its store, and its row where it has one. */
  function find(lines: Uint32Array, tap: number): CardMarks | undefined {
    if (lastLines === lines && last.tap !== -1 && sameOwner(lines, last.tap, lines, tap)) {
      last.tap = tap
      return last.store
    }
    lastLines = lines
    last.tap = tap
    last.row = UNKNOWN
    const rest = lines[tap + TAP_LINE.medium]! >>> 16
    const at = tap + TAP_LINE.issuer
    const isCard = packCardKey(lines[at]!, lines[at + 1]!, lines[at + 2]!, rest, key)
    last.store = isCard ? marks.of(bucketOf(lines[tap + TAP_LINE.hash]!)) : undefined
    if (last.store !== undefined) last.row = last.store.find(key[0]!, key[1]!, key[2]!)
    return last.store
  }

  return {
    isNew(lines, tap) {
      const store = find(lines, tap)
      if (store === undefined) return false
      const counter = lines[tap + TAP_LINE.counter]!
      return last.row === UNKNOWN || checkCounter(store, last.row, counter) === COUNTER_NEW
    },
    ride(lines, tap) {
      const store = find(lines, tap)
      if (store === undefined) return
      if (last.row === UNKNOWN) last.row = store.add(key[0]!, key[1]!, key[2]!)
      const counter = lines[tap + TAP_LINE.counter]!
      markRide(store, last.row, { counter, balanceFen: lines[tap + TAP_LINE.balanceFen]!, day })
    },
  }
}
