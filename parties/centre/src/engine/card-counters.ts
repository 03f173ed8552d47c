import { type CardMarks, MARK, MARK_WORDS } from './card-marks.ts'

/** Counters below the last that a card's row watches one by one. */
export const COUNTER_WINDOW = 64

/** Not seen before. */
export const COUNTER_NEW = 0
/** Seen before: a repetition, or a conflict, as the bytes are the same or not. */
export const COUNTER_SEEN = 1
/** Below the window: the row cannot tell, what was settled must be asked. */
export const COUNTER_BELOW = 2

/** What a card's row knows of a counter: `COUNTER_NEW`, `COUNTER_SEEN` or `COUNTER_BELOW`. */
export function checkCounter({ words }: CardMarks, row: number, counter: number): number {
  const at = row * MARK_WORDS
  const last = words[at + MARK.counter]!
  if (counter > last) return COUNTER_NEW
  const below = last - counter
  if (below === 0) return COUNTER_SEEN
  if (below > COUNTER_WINDOW) return COUNTER_BELOW
  return seenBelow(words, at, below) ? COUNTER_SEEN : COUNTER_NEW
}

/**
 * Notes a counter as seen; once more changes nothing. A counter below the window that the caller
 * found to be new takes one from `lost`. `markRide` keeps balance and day along with it.
 */
export function markCounter({ words }: CardMarks, row: number, counter: number): void {
  const at = row * MARK_WORDS
  const last = words[at + MARK.counter]!
  if (counter > last) {
    moveUp(words, at, counter)
    return
  }
  const below = last - counter
  if (below === 0) return
  if (below > COUNTER_WINDOW) {
    if (lostOf(words, at) > 0) setLost(words, at, lostOf(words, at) - 1)
    return
  }
  const column = at + (below <= 32 ? MARK.seenLow : MARK.seenHigh)
  words[column] = words[column]! | (1 << ((below - 1) & 31))
  if (below > watchedOf(words, at)) setWatched(words, at, below)
}

/**
 * Notes a ride: its counter, and balance and day where no later counter was seen.
 * `day` counts from 1970-01-01.
 */
export function markRide(
  marks: CardMarks,
  row: number,
  counter: number,
  balanceFen: number,
  day: number,
): void {
  const at = row * MARK_WORDS
  const { words } = marks
  const isLast = counter >= words[at + MARK.counter]!
  markCounter(marks, row, counter)
  if (isLast) {
    words[at + MARK.balanceFen] = balanceFen
    words[at + MARK.last] = (words[at + MARK.last]! & 0xffff0000) | day
  }
}

/** Counters of a row that are missing: between the lowest watched and the last, ascending. */
export function missingCounters({ words }: CardMarks, row: number): number[] {
  const at = row * MARK_WORDS
  const last = words[at + MARK.counter]!
  const missing: number[] = []
  for (let below = watchedOf(words, at); below > 0; below--) {
    if (!seenBelow(words, at, below)) missing.push(last - below)
  }
  return missing
}

/** Counters that left the window unseen and did not come yet; 255 says so many or more. */
export function lostCounters({ words }: CardMarks, row: number): number {
  return lostOf(words, row * MARK_WORDS)
}

/** Adds to the counters that a card lost. */
export function addLost({ words }: CardMarks, row: number, lost: number): void {
  const at = row * MARK_WORDS
  setLost(words, at, Math.min(255, lostOf(words, at) + lost))
}

/** Counters below the last that the row watches: those above the first that was seen. */
export function watchedCounters({ words }: CardMarks, row: number): number {
  return watchedOf(words, row * MARK_WORDS)
}

/** Day of the last ride, counted from 1970-01-01. */
export function lastDay({ words }: CardMarks, row: number): number {
  return words[row * MARK_WORDS + MARK.last]! & 0xffff
}

/** The window moves up to a new last counter; what falls out unseen is counted as lost. */
function moveUp(words: Uint32Array, at: number, counter: number): void {
  const last = words[at + MARK.counter]!
  words[at + MARK.counter] = counter
  // Nothing is known of what a card did before its first ride here.
  if (last === 0) return
  const up = counter - last
  const watched = watchedOf(words, at)
  const fallen = Math.max(0, watched + up - COUNTER_WINDOW)
  setLost(words, at, Math.min(255, lostOf(words, at) + unseenOfFallen(words, at, fallen)))
  setWatched(words, at, Math.min(COUNTER_WINDOW, watched + up))
  const [low, high] = [words[at + MARK.seenLow]!, words[at + MARK.seenHigh]!]
  // The counter that was the last becomes the bit `up - 1`.
  const [own, rest] = up <= 32 ? [1 << (up - 1), 0] : [0, up <= 64 ? 1 << (up - 33) : 0]
  words[at + MARK.seenLow] = shiftUp(low, up) | own
  words[at + MARK.seenHigh] = shiftUp(high, up) | shiftUp(low, up - 32) | carry(low, up) | rest
}

/** Of the lowest so many counters that leave the window, watched and newly jumped over, the unseen. */
function unseenOfFallen(words: Uint32Array, at: number, fallen: number): number {
  const watched = watchedOf(words, at)
  let unseen = 0
  const known = Math.min(fallen, watched)
  for (let below = watched; below > watched - known; below--) {
    if (!seenBelow(words, at, below)) unseen++
  }
  // Behind the watched ones leaves the last counter, which was seen, then those jumped over.
  return unseen + Math.max(0, fallen - watched - 1)
}

function shiftUp(word: number, by: number): number {
  return by >= 0 && by < 32 ? word << by : 0
}

/** Bits of the low word that a shift of less than 32 moves into the high word. */
function carry(low: number, by: number): number {
  return by > 0 && by < 32 ? low >>> (32 - by) : 0
}

function seenBelow(words: Uint32Array, at: number, below: number): boolean {
  const column = at + (below <= 32 ? MARK.seenLow : MARK.seenHigh)
  return ((words[column]! >>> ((below - 1) & 31)) & 1) === 1
}

function watchedOf(words: Uint32Array, at: number): number {
  return (words[at + MARK.last]! >>> 16) & 0xff
}

function setWatched(words: Uint32Array, at: number, watched: number): void {
  words[at + MARK.last] = (words[at + MARK.last]! & 0xff00ffff) | (watched << 16)
}

function lostOf(words: Uint32Array, at: number): number {
  return words[at + MARK.last]! >>> 24
}

function setLost(words: Uint32Array, at: number, lost: number): void {
  words[at + MARK.last] = (words[at + MARK.last]! & 0x00ffffff) | (lost << 24)
}
