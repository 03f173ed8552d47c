import { MEDIA } from '@unifare/tap'
import { accountHash, BUCKETS, bucketOf } from './account-hash.ts'
import { COUNTER_NEW, checkCounter, markRide } from './card-counters.ts'
import { readCardKey } from './card-key.ts'
import { type CardMarks, createCardMarks } from './card-marks.ts'
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
  const storeOf = (words: DataView, account: number) =>
    marks.of(bucketOf(accountHash(words, account, MEDIA.card)))
  return {
    isNew(words, account, counter) {
      if (!readCardKey(words, account, key)) return false
      const store = storeOf(words, account)
      const row = store.find(key[0]!, key[1]!, key[2]!)
      return row === -1 || checkCounter(store, row, counter) === COUNTER_NEW
    },
    ride(words, account, counter, balanceFen) {
      if (!readCardKey(words, account, key)) return
      const store = storeOf(words, account)
      const row = store.add(key[0]!, key[1]!, key[2]!)
      markRide(store, row, { counter, balanceFen, day })
    },
  }
}
