import type { Scratch } from './scratch.ts'

/** What tells records of a kind: where their hash stands, and how many words they are. */
export interface RecordKind {
  readonly hash: number
  readonly wordsAt: (lines: Uint32Array, at: number) => number
}

/** Records in the order of their hashes. */
export interface HashOrder {
  /** Where each begins. */
  readonly places: Uint32Array
  readonly hashes: Uint32Array
}

/** A block of so many records stays in a processor's own cache while it is sorted. */
const BLOCK_RECORDS = 512
const DIGIT_BITS = 8
const DIGITS = 1 << DIGIT_BITS
/** Longer runs of one hash are sorted by the engine. */
const INSERTION_MAX = 24

/**
 * Puts records into the order of their hashes, in place; those of one hash stay in the order in
 * which they came. Memory beyond the caches is gone through from front to back only: first the
 * records are distributed over blocks of the range of hashes, then each block is sorted by itself.
 * (A jump to memory costs as much as all else that is done for a record.)
 */
export function orderByHash(lines: Uint32Array, kind: RecordKind, scratch: Scratch): HashOrder {
  const records = readRecords(lines, kind, scratch)
  const blocks = distribute(lines, records, scratch)
  const { places, hashes } = records
  const sorting = {
    from: { lines: blocks.lines, places: blocks.places, hashes: blocks.hashes },
    to: { lines, places, hashes },
    order: scratch.u32(blocks.longest),
    spare: scratch.u32(blocks.longest),
    counts: new Uint32Array(DIGITS),
    wordsAt: kind.wordsAt,
  }
  let word = 0
  for (let block = 0; block + 1 < blocks.starts.length; block++) {
    word = sortBlock(sorting, blocks.starts[block]!, blocks.starts[block + 1]!, word)
  }
  return { places, hashes }
}

interface Records extends HashOrder {
  readonly lowest: number
  readonly highest: number
}

function readRecords(lines: Uint32Array, kind: RecordKind, scratch: Scratch): Records {
  let count = 0
  for (let at = 0; at < lines.length; count++) at += kind.wordsAt(lines, at)
  const places = scratch.u32(count)
  const hashes = scratch.u32(count)
  let [lowest, highest] = [0xffffffff, 0]
  for (let i = 0, at = 0; i < count; i++) {
    const hash = lines[at + kind.hash]!
    places[i] = at
    hashes[i] = hash
    if (hash < lowest) lowest = hash
    if (hash > highest) highest = hash
    at += kind.wordsAt(lines, at)
  }
  return { places, hashes, lowest, highest }
}

/** Records by block: those of block `b` are the records `starts[b]` to `starts[b + 1] - 1`. */
interface Blocks extends HashOrder {
  readonly lines: Uint32Array
  readonly starts: Uint32Array
  readonly longest: number
}

function distribute(lines: Uint32Array, records: Records, scratch: Scratch): Blocks {
  const { places, hashes, lowest, highest } = records
  const count = places.length
  const blockCount = Math.max(1, Math.ceil(count / BLOCK_RECORDS))
  // Rounded down, so that the highest hash still has a block.
  const perHash = blockCount / (highest - lowest + 2)
  const blockOf = (hash: number) => Math.floor((hash - lowest) * perHash)
  const wordsOf = (i: number) => (i + 1 < count ? places[i + 1]! : lines.length) - places[i]!
  const starts = new Uint32Array(blockCount + 1)
  const words = new Uint32Array(blockCount + 1)
  for (let i = 0; i < count; i++) {
    const block = blockOf(hashes[i]!)
    starts[block + 1]! += 1
    words[block + 1]! += wordsOf(i)
  }
  let longest = 0
  for (let block = 0; block < blockCount; block++) {
    longest = Math.max(longest, starts[block + 1]!)
    starts[block + 1]! += starts[block]!
    words[block + 1]! += words[block]!
  }
  const to = {
    lines: scratch.u32(lines.length),
    places: scratch.u32(count),
    hashes: scratch.u32(count),
  }
  const next = starts.slice()
  for (let i = 0; i < count; i++) {
    const block = blockOf(hashes[i]!)
    const place = next[block]!++
    to.hashes[place] = hashes[i]!
    to.places[place] = words[block]!
    words[block] = copyWords(lines, places[i]!, wordsOf(i), to.lines, words[block]!)
  }
  return { ...to, starts, longest }
}

interface Sorting {
  readonly from: HashOrder & { readonly lines: Uint32Array }
  readonly to: HashOrder & { readonly lines: Uint32Array }
  readonly order: Uint32Array
  readonly spare: Uint32Array
  readonly counts: Uint32Array
  readonly wordsAt: RecordKind['wordsAt']
}

/** Sorts the records from `first` to before `end` to behind a word; returns the word behind them. */
function sortBlock(sorting: Sorting, first: number, end: number, word: number): number {
  const { from, to } = sorting
  const order = orderOfBlock(sorting, first, end)
  let place = word
  for (let i = 0; i < end - first; i++) {
    const record = first + order[i]!
    const at = from.places[record]!
    to.places[first + i] = place
    to.hashes[first + i] = from.hashes[record]!
    place = copyWords(from.lines, at, sorting.wordsAt(from.lines, at), to.lines, place)
  }
  return place
}

/** Numbers of a block's records in the order of their hashes: digit by digit from the lowest. */
function orderOfBlock(sorting: Sorting, first: number, end: number): Uint32Array {
  const { hashes } = sorting.from
  const count = end - first
  let differing = 0
  for (let i = 0; i < count; i++) {
    sorting.order[i] = i
    differing |= hashes[first + i]! ^ hashes[first]!
  }
  let [order, spare] = [sorting.order, sorting.spare]
  for (let shift = 0; shift < 32 && differing >>> shift !== 0; shift += DIGIT_BITS) {
    sortDigit({ hashes, first, count, shift, counts: sorting.counts }, order, spare)
    ;[order, spare] = [spare, order]
  }
  return order
}

function sortDigit(
  {
    hashes,
    first,
    count,
    shift,
    counts,
  }: {
    readonly hashes: Uint32Array
    readonly first: number
    readonly count: number
    readonly shift: number
    readonly counts: Uint32Array
  },
  from: Uint32Array,
  to: Uint32Array,
): void {
  counts.fill(0)
  for (let i = 0; i < count; i++) counts[(hashes[first + i]! >>> shift) & (DIGITS - 1)]! += 1
  let next = 0
  for (let digit = 0; digit < DIGITS; digit++) {
    const own = counts[digit]!
    counts[digit] = next
    next += own
  }
  for (let i = 0; i < count; i++) {
    const record = from[i]!
    to[counts[(hashes[first + record]! >>> shift) & (DIGITS - 1)]!++] = record
  }
}

/** A loop: so few words are copied sooner than a call is made for them. */
function copyWords(
  from: Uint32Array,
  at: number,
  words: number,
  to: Uint32Array,
  place: number,
): number {
  for (let i = 0; i < words; i++) to[place + i] = from[at + i]!
  return place + words
}

/** Compares the records at two places. */
export type Compare = (lines: Uint32Array, one: number, other: number) => number

/** Sorts the places of each hash by a comparison; what compares equal stays as it is. */
export function sortRuns(
  lines: Uint32Array,
  { places, hashes }: HashOrder,
  compare: Compare,
): void {
  for (let i = 0; i < places.length; ) {
    const end = endOfRun(hashes, i)
    if (end - i > 1) sortRun(lines, places, i, end, compare)
    i = end
  }
}

/** End of the run of one hash that begins at an index. */
function endOfRun(hashes: Uint32Array, from: number): number {
  const hash = hashes[from]!
  let end = from + 1
  while (end < hashes.length && hashes[end] === hash) end += 1
  return end
}

function sortRun(
  lines: Uint32Array,
  places: Uint32Array,
  from: number,
  end: number,
  compare: Compare,
): void {
  if (end - from > INSERTION_MAX) {
    places.subarray(from, end).sort((one, other) => compare(lines, one, other))
    return
  }
  for (let i = from + 1; i < end; i++) {
    const place = places[i]!
    let j = i
    for (; j > from && compare(lines, places[j - 1]!, place) > 0; j--) places[j] = places[j - 1]!
    places[j] = place
  }
}
