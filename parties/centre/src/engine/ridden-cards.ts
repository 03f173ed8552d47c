import { BUCKETS, bucketOf } from './account-hash.ts'
import { COUNTER_NEW, checkCounter, markRide } from './card-counters.ts'
import { packCardKey } from './card-key.ts'
import { type CardMarks, createCardMarks } from './card-marks.ts'
import { TAP_LINE } from './lines.ts'
import type { RiddenCards } from './past.ts'

const DAY_MS = 86_400_000

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
  const readKey = (lines: Uint32Array, tap: number) =>
    packCardKey(
      lines[tap + TAP_LINE.issuer]!,
      lines[tap + TAP_LINE.issuer + 1]!,
      lines[tap + TAP_LINE.issuer + 2]!,
      lines[tap + TAP_LINE.medium]! >>> 16,
      key,
    )
  return {
    isNew(lines, tap) {
      if (!readKey(lines, tap)) return false
      const store = marks.of(bucketOf(lines[tap + TAP_LINE.hash]!))
      const row = store.find(key[0]!, key[1]!, key[2]!)
      return row === -1 || checkCounter(store, row, lines[tap + TAP_LINE.counter]!) === COUNTER_NEW
    },
    ride(lines, tap) {
      if (!readKey(lines, tap)) return
      const store = marks.of(bucketOf(lines[tap + TAP_LINE.hash]!))
      const row = store.add(key[0]!, key[1]!, key[2]!)
      const counter = lines[tap + TAP_LINE.counter]!
      markRide(store, row, { counter, balanceFen: lines[tap + TAP_LINE.balanceFen]!, day })
    },
  }
}
