import { cardKeyHash } from './card-key.ts'

/**
 * What the centre keeps of every card for ever, in 32 bytes a card: which counters of its purse it
 * has seen, the balance after the last of them, the day of its last ride. One store per bucket of
 * accounts (`bucketOf`); rows keep their number while the store lives.
 *
 *     const key = new Uint32Array(3)
 *     if (readCardKey(words, record + TAP.account, key)) {
 *       const row = marks.add(key[0]!, key[1]!, key[2]!)          // or `find`: -1 when unknown
 *       switch (checkCounter(marks, row, counter)) {              // card-counters.ts
 *         case COUNTER_NEW: markCounter(marks, row, counter)      // ... after the verdict
 *         case COUNTER_SEEN: ...   // same bytes: charged before; other bytes: a conflict
 *         case COUNTER_BELOW: ...  // older than the window: what was settled must be asked
 *       }
 *       const balanceFen = marks.words[row * MARK_WORDS + MARK.balanceFen]
 *     }
 *
 * `words` is another array after `add` has made the store grow: read it anew.
 */
export interface CardMarks {
  /** Cards in the store; their rows are 0 to count - 1. */
  readonly count: number
  /** Rows one after the other, `MARK_WORDS` each, columns at `MARK`. */
  readonly words: Uint32Array
  /** Memory that the store holds. */
  readonly bytes: number
  /** Row of a card; -1 when it is unknown. */
  find(high: number, middle: number, low: number): number
  /** Row of a card; a new one, all zeros behind the key, when it is unknown. */
  add(high: number, middle: number, low: number): number
}

/** Words of a row. */
export const MARK_WORDS = 8

/** Columns of a row, in words. */
export const MARK = {
  /** The card: `CardKey`. */
  high: 0,
  middle: 1,
  low: 2,
  /** Highest counter seen; 0 before the first (the first purchase of a card has counter 1). */
  counter: 3,
  /** Bit k of the low word: counter − 1 − k was seen; of the high word: counter − 33 − k. */
  seenLow: 4,
  seenHigh: 5,
  /** Balance after the transaction of `counter`, in fen. */
  balanceFen: 6,
  /** Day of the last ride (16 bits), counters watched below (8), counters lost below (8). */
  last: 7,
} as const

/** Rows of one store at most: an index entry has 24 bits for them, and 8 for the hash. */
const ROWS_MAX = 0xfffffe
const ROW_BITS = 0xffffff
/** Index places per row: short ways while every place costs only 4 bytes. */
const PLACES_PER_ROW = 1.3
const GROWTH = 1.15
const ROWS_MIN = 64
const BUCKET_BITS = 8

/** An empty store with room for so many cards; it grows when they are more. */
export function createCardMarks(capacity = 0): CardMarks {
  return new CardStore(Math.min(ROWS_MAX, Math.max(ROWS_MIN, capacity)))
}

/**
 * A class, for its methods are compiled once for all stores: a day opens 256 of them, and closures of
 * each would begin as slow as they are at first.
 */
class CardStore implements CardMarks {
  count = 0
  words: Uint32Array
  private index: Uint32Array
  private rows: number

  constructor(rows: number) {
    this.rows = rows
    this.words = new Uint32Array(rows * MARK_WORDS)
    this.index = new Uint32Array(placesFor(rows))
  }

  get bytes(): number {
    return this.words.byteLength + this.index.byteLength
  }

  find(high: number, middle: number, low: number): number {
    const place = this.placeOf(cardKeyHash(high, middle, low), high, middle, low)
    return (this.index[place]! & ROW_BITS) - 1
  }

  add(high: number, middle: number, low: number): number {
    const hash = cardKeyHash(high, middle, low)
    let place = this.placeOf(hash, high, middle, low)
    if (this.index[place] !== 0) return (this.index[place]! & ROW_BITS) - 1
    if (this.count === this.rows) {
      this.grow()
      place = this.placeOf(hash, high, middle, low)
    }
    const at = this.count * MARK_WORDS
    this.words[at] = high
    this.words[at + 1] = middle
    this.words[at + 2] = low
    this.count += 1
    this.index[place] = ((hash & 0xff) << 24) | this.count
    return this.count - 1
  }

  /** Place of a card in the index: of its row, or empty. */
  private placeOf(hash: number, high: number, middle: number, low: number): number {
    const { index, words } = this
    const tag = hash & 0xff
    let place = homeOf(hash, index.length)
    for (;;) {
      const entry = index[place]!
      if (entry === 0) return place
      if (entry >>> 24 === tag) {
        const at = ((entry & ROW_BITS) - 1) * MARK_WORDS
        if (words[at + 2] === low && words[at + 1] === middle && words[at] === high) return place
      }
      if (++place === index.length) place = 0
    }
  }

  private grow(): void {
    if (this.count >= ROWS_MAX) throw new RangeError(`more than ${ROWS_MAX} cards in one store`)
    this.rows = Math.min(ROWS_MAX, Math.ceil(this.rows * GROWTH))
    const words = new Uint32Array(this.rows * MARK_WORDS)
    words.set(this.words)
    const index = new Uint32Array(placesFor(this.rows))
    for (let row = 0; row < this.count; row++) {
      const at = row * MARK_WORDS
      const hash = cardKeyHash(words[at]!, words[at + 1]!, words[at + 2]!)
      let place = homeOf(hash, index.length)
      while (index[place] !== 0) if (++place === index.length) place = 0
      index[place] = ((hash & 0xff) << 24) | (row + 1)
    }
    this.words = words
    this.index = index
  }
}

function placesFor(rows: number): number {
  return Math.ceil(rows * PLACES_PER_ROW) + 1
}

/**
 * Hashes spread evenly over any number of places, in their own order: a day that goes through its
 * cards by hash goes through the index from front to back. The 8 bits of the bucket say nothing.
 */
function homeOf(hash: number, places: number): number {
  return Math.floor((((hash << BUCKET_BITS) >>> 0) * places) / 0x1_0000_0000)
}
