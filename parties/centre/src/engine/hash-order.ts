import type { Scratch } from './scratch.ts'

/** The hash goes in three steps of 11 bits. */
const STEPS = [0, 11, 22] as const
const DIGITS = 1 << 11
/** Longer runs of one hash are sorted by the engine. */
const INSERTION_MAX = 24

/** Sorts places by their hash; those of one hash stay in the order in which they came. */
export function sortByHash(places: Uint32Array, hashes: Uint32Array, scratch: Scratch): void {
  const count = places.length
  const counts = new Uint32Array(DIGITS)
  let from = { hashes, places }
  let to = { hashes: scratch.u32(count), places: scratch.u32(count) }
  for (const step of STEPS) {
    sortStep(from, to, counts, step)
    ;[from, to] = [to, from]
  }
  // Three steps end in the second arrays.
  hashes.set(from.hashes)
  places.set(from.places)
}

/** Sorts the places of each hash by a comparison; what compares equal stays as it is. */
export function sortRuns(
  places: Uint32Array,
  hashes: Uint32Array,
  compare: (one: number, other: number) => number,
): void {
  for (let i = 0; i < places.length; ) i = sortNext(places, hashes, i, compare)
}

interface Hashed {
  readonly hashes: Uint32Array
  readonly places: Uint32Array
}

function sortStep(from: Hashed, to: Hashed, counts: Uint32Array, step: number): void {
  const count = from.hashes.length
  counts.fill(0)
  for (let i = 0; i < count; i++) counts[(from.hashes[i]! >>> step) & (DIGITS - 1)]! += 1
  let next = 0
  for (let digit = 0; digit < DIGITS; digit++) {
    const own = counts[digit]!
    counts[digit] = next
    next += own
  }
  for (let i = 0; i < count; i++) {
    const hash = from.hashes[i]!
    const place = counts[(hash >>> step) & (DIGITS - 1)]!++
    to.hashes[place] = hash
    to.places[place] = from.places[i]!
  }
}

/** Sorts the places of the hash at an index, and returns the index of the next hash. */
function sortNext(
  places: Uint32Array,
  hashes: Uint32Array,
  from: number,
  compare: (one: number, other: number) => number,
): number {
  const hash = hashes[from]!
  let end = from + 1
  while (end < hashes.length && hashes[end] === hash) end += 1
  if (end - from > 1) sortRun(places, from, end, compare)
  return end
}

function sortRun(
  places: Uint32Array,
  from: number,
  to: number,
  compare: (one: number, other: number) => number,
): void {
  if (to - from > INSERTION_MAX) {
    places.subarray(from, to).sort(compare)
    return
  }
  for (let i = from + 1; i < to; i++) {
    const place = places[i]!
    let j = i
    for (; j > from && compare(places[j - 1]!, place) > 0; j--) places[j] = places[j - 1]!
    places[j] = place
  }
}
