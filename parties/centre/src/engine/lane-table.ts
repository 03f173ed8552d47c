/**
 * A lane is one line of 64 bytes, found by its hash: a jump to memory costs more than all that is
 * done with it there. Words: operator, issuer, kind and one (lower half, 0 for an empty place) and
 * fee row (upper half), the day that the fee row is of; then, as floats, since when it is open (not
 * a number where its issuer is no member), and the five sums.
 */
export const LANE = {
  operator: 0,
  issuer: 1,
  kind: 2,
  feeDay: 3,
  words: 16,
  /** Places of floats. */
  openFrom: 2,
  sums: 3,
  floats: 8,
} as const

/** A fee row that there is not, as it stands in a lane. */
export const NO_FEE = 0xffff

const LANES_MIN = 2_048
/** So much of the places may be taken. */
const LOAD = 0.6

/** The lines of lanes. A lane's number is its place, which changes when the table grows. */
export interface LaneTable {
  readonly words: Uint32Array
  /** The same memory. */
  readonly floats: Float64Array
  /** Number of a lane; a new one, without fee row and money, is opened when it is unknown. */
  lane(operator: number, issuer: number, kind: number): number
  kindOf(lane: number): number
}

/** What an empty table asks of its owner. */
export interface LaneOwner {
  /** Since when a new lane is open; not a number where its issuer is no member. */
  openFrom(operator: number, issuer: number, kind: number): number
  /** Lanes have other numbers from now on. */
  moved(numberOf: (lane: number) => number): void
}

/** Opens an empty table; it grows. */
export function createLaneTable(owner: LaneOwner): LaneTable {
  let words = new Uint32Array(LANES_MIN * LANE.words)
  let floats = new Float64Array(words.buffer)
  let count = 0

  function placeOf(operator: number, issuer: number, kind: number): number {
    const mask = words.length / LANE.words - 1
    let lane = hashOf(operator, issuer, kind) & mask
    for (;;) {
      const at = lane * LANE.words
      const taken = words[at + LANE.kind]! & 0xffff
      if (taken === 0) return lane
      if (words[at] === operator && words[at + 1] === issuer && taken - 1 === kind) return lane
      lane = (lane + 1) & mask
    }
  }

  function grow(): void {
    const old = words
    words = new Uint32Array(old.length * 2)
    floats = new Float64Array(words.buffer)
    const numbers = new Map<number, number>()
    for (let at = 0; at < old.length; at += LANE.words) {
      const taken = old[at + LANE.kind]! & 0xffff
      if (taken === 0) continue
      const lane = placeOf(old[at]!, old[at + 1]!, taken - 1)
      words.set(old.subarray(at, at + LANE.words), lane * LANE.words)
      numbers.set(at / LANE.words, lane)
    }
    owner.moved((lane) => numbers.get(lane) ?? lane)
  }

  return {
    get words() {
      return words
    },
    get floats() {
      return floats
    },
    lane(operator, issuer, kind) {
      const known = placeOf(operator, issuer, kind)
      if ((words[known * LANE.words + LANE.kind]! & 0xffff) !== 0) return known
      if (count + 1 > (words.length / LANE.words) * LOAD) grow()
      count += 1
      const lane = placeOf(operator, issuer, kind)
      const at = lane * LANE.words
      words[at] = operator
      words[at + LANE.issuer] = issuer
      words[at + LANE.kind] = (NO_FEE << 16) | (kind + 1)
      floats[lane * LANE.floats + LANE.openFrom] = owner.openFrom(operator, issuer, kind)
      return lane
    },
    kindOf: (lane) => (words[lane * LANE.words + LANE.kind]! & 0xffff) - 1,
  }
}

function hashOf(operator: number, issuer: number, kind: number): number {
  let hash = Math.imul(operator ^ Math.imul(issuer, 0x85ebca6b), 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 15) ^ kind, 0xc2b2ae35)
  return hash ^ (hash >>> 13)
}
