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

/** The marks of a shard's cards, as clearing asks for them. */
export interface CardRides extends RiddenCards {
  /** Opens the marks of a shard, on a day that begins at an instant. */
  begin(marks: BucketMarks, at: number): void
}

/** All earlier days' knowledge of cards: for one shard after the other. */
export function createCardRides(): CardRides {
  const key = new Uint32Array(3)
  let marks = createBucketMarks()
  let day = 0
  /** The card that was asked for last: taps of one card stand together. */
  let lastLines: Uint32Array = new Uint32Array(0)
  let lastTap = -1
  let lastStore: CardMarks | undefined
  let lastRow = UNKNOWN

  /** Finds the card of a tap: its store, and its row where it has one. */
  function find(lines: Uint32Array, tap: number): CardMarks | undefined {
    if (lastLines === lines && lastTap !== -1 && sameOwner(lines, lastTap, lines, tap)) {
      lastTap = tap
      return lastStore
    }
    lastLines = lines
    lastTap = tap
    lastRow = UNKNOWN
    const rest = lines[tap + TAP_LINE.medium]! >>> 16
    const at = tap + TAP_LINE.issuer
    const isCard = packCardKey(lines[at]!, lines[at + 1]!, lines[at + 2]!, rest, key)
    lastStore = isCard ? marks.of(bucketOf(lines[tap + TAP_LINE.hash]!)) : undefined
    if (lastStore !== undefined) lastRow = lastStore.find(key[0]!, key[1]!, key[2]!)
    return lastStore
  }

  return {
    begin(own, at) {
      marks = own
      day = Math.floor(at / DAY_MS)
      lastTap = -1
    },
    isNew(lines, tap) {
      const store = find(lines, tap)
      if (store === undefined) return false
      const counter = lines[tap + TAP_LINE.counter]!
      return lastRow === UNKNOWN || checkCounter(store, lastRow, counter) === COUNTER_NEW
    },
    ride(lines, tap) {
      const store = find(lines, tap)
      if (store === undefined) return
      if (lastRow === UNKNOWN) lastRow = store.add(key[0]!, key[1]!, key[2]!)
      const counter = lines[tap + TAP_LINE.counter]!
      markRide(store, lastRow, counter, lines[tap + TAP_LINE.balanceFen]!, day)
    },
  }
}
