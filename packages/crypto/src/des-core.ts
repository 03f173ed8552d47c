import { P, PC1, PC2, S_BOXES, SHIFTS } from './des-tables.ts'

/**
 * The rounds of DES on two 32-bit words. A chain of blocks stays in the "turned" domain (behind
 * the initial permutation, both halves rotated left by one so that every S-box input is six
 * neighbouring bits); IP and FP cost only once per input and output, not once per DES.
 */

/** Round keys of one DES: 16 pairs of words, S-boxes 1 3 5 7 and 2 4 6 8 in six bits a byte. */
export const DES_SCHEDULE_WORDS = 32

const [SP1, SP2, SP3, SP4] = [spTable(0), spTable(1), spTable(2), spTable(3)] as const
const [SP5, SP6, SP7, SP8] = [spTable(4), spTable(5), spTable(6), spTable(7)] as const
const KEY_ROWS = keyRows()

// Calls are synchronous and never nest, so that one state serves them all: two words a lane.
const state = new Int32Array(4)

/** One of two chains. Only `runDesPair` runs lane 1. */
export type DesLane = 0 | 1

/** Begins a chain with zeros. */
export function resetDes(lane: DesLane = 0): void {
  state[lane * 2] = 0
  state[lane * 2 + 1] = 0
}

/** XORs an 8-byte block, given as two big-endian words, into the chain. */
export function absorbDes(high: number, low: number, lane: DesLane = 0): void {
  let left = high
  let right = low
  let swap = ((left >>> 4) ^ right) & 0x0f0f0f0f
  right ^= swap
  left ^= swap << 4
  swap = ((left >>> 16) ^ right) & 0xffff
  right ^= swap
  left ^= swap << 16
  swap = ((right >>> 2) ^ left) & 0x33333333
  left ^= swap
  right ^= swap << 2
  swap = ((right >>> 8) ^ left) & 0x00ff00ff
  left ^= swap
  right ^= swap << 8
  right = (right << 1) | (right >>> 31)
  swap = (left ^ right) & 0xaaaaaaaa
  left ^= swap
  right ^= swap
  state[lane * 2]! ^= (left << 1) | (left >>> 31)
  state[lane * 2 + 1]! ^= right
}

/** Runs one DES per 32 words of the schedule over the chain: 32 words single DES, 96 triple. */
export function runDes(schedule: Int32Array): void {
  let left = state[0]!
  let right = state[1]!
  for (let k = 0; k < schedule.length; ) {
    for (const end = k + DES_SCHEDULE_WORDS; k < end; k += 4) {
      let odd = ((right >>> 4) | (right << 28)) ^ schedule[k]!
      let even = right ^ schedule[k + 1]!
      left ^=
        SP7[odd & 63]! ^
        SP5[(odd >>> 8) & 63]! ^
        SP3[(odd >>> 16) & 63]! ^
        SP1[(odd >>> 24) & 63]! ^
        SP8[even & 63]! ^
        SP6[(even >>> 8) & 63]! ^
        SP4[(even >>> 16) & 63]! ^
        SP2[(even >>> 24) & 63]!
      odd = ((left >>> 4) | (left << 28)) ^ schedule[k + 2]!
      even = left ^ schedule[k + 3]!
      right ^=
        SP7[odd & 63]! ^
        SP5[(odd >>> 8) & 63]! ^
        SP3[(odd >>> 16) & 63]! ^
        SP1[(odd >>> 24) & 63]! ^
        SP8[even & 63]! ^
        SP6[(even >>> 8) & 63]! ^
        SP4[(even >>> 16) & 63]! ^
        SP2[(even >>> 24) & 63]!
    }
    // The halves leave DES swapped; FP and the next IP cancel.
    const swapped = left
    left = right
    right = swapped
  }
  state[0] = left
  state[1] = right
}

/**
 * `runDes` over both lanes at once, each under its own schedule of the same length. A chain waits
 * for its own table look-ups most of the time; the other one fills the gaps.
 */
export function runDesPair(schedule0: Int32Array, schedule1: Int32Array): void {
  let left0 = state[0]!
  let right0 = state[1]!
  let left1 = state[2]!
  let right1 = state[3]!
  for (let k = 0; k < schedule0.length; ) {
    for (const end = k + DES_SCHEDULE_WORDS; k < end; k += 2) {
      const odd0 = ((right0 >>> 4) | (right0 << 28)) ^ schedule0[k]!
      const odd1 = ((right1 >>> 4) | (right1 << 28)) ^ schedule1[k]!
      const even0 = right0 ^ schedule0[k + 1]!
      const even1 = right1 ^ schedule1[k + 1]!
      const next0 =
        left0 ^
        SP7[odd0 & 63]! ^
        SP5[(odd0 >>> 8) & 63]! ^
        SP3[(odd0 >>> 16) & 63]! ^
        SP1[(odd0 >>> 24) & 63]! ^
        SP8[even0 & 63]! ^
        SP6[(even0 >>> 8) & 63]! ^
        SP4[(even0 >>> 16) & 63]! ^
        SP2[(even0 >>> 24) & 63]!
      const next1 =
        left1 ^
        SP7[odd1 & 63]! ^
        SP5[(odd1 >>> 8) & 63]! ^
        SP3[(odd1 >>> 16) & 63]! ^
        SP1[(odd1 >>> 24) & 63]! ^
        SP8[even1 & 63]! ^
        SP6[(even1 >>> 8) & 63]! ^
        SP4[(even1 >>> 16) & 63]! ^
        SP2[(even1 >>> 24) & 63]!
      left0 = right0
      left1 = right1
      right0 = next0
      right1 = next1
    }
    const swapped0 = left0
    const swapped1 = left1
    left0 = right0
    left1 = right1
    right0 = swapped0
    right1 = swapped1
  }
  state[0] = left0
  state[1] = right0
  state[2] = left1
  state[3] = right1
}

/** XORs lane 1 into lane 0: the permutation at the end may wait, since it is linear. */
export function addDesLanes(): void {
  state[0]! ^= state[2]!
  state[1]! ^= state[3]!
}

/** Writes the chain as a block of 8 bytes. */
export function emitDes(out: Uint8Array, at: number, lane: DesLane = 0): void {
  let left = state[lane * 2]!
  let right = state[lane * 2 + 1]!
  left = (left >>> 1) | (left << 31)
  let swap = (left ^ right) & 0xaaaaaaaa
  left ^= swap
  right ^= swap
  right = (right >>> 1) | (right << 31)
  swap = ((right >>> 8) ^ left) & 0x00ff00ff
  left ^= swap
  right ^= swap << 8
  swap = ((right >>> 2) ^ left) & 0x33333333
  left ^= swap
  right ^= swap << 2
  swap = ((left >>> 16) ^ right) & 0xffff
  right ^= swap
  left ^= swap << 16
  swap = ((left >>> 4) ^ right) & 0x0f0f0f0f
  right ^= swap
  left ^= swap << 4
  for (let i = 0; i < 4; i++) {
    out[at + i] = left >>> (24 - 8 * i)
    out[at + 4 + i] = right >>> (24 - 8 * i)
  }
}

/** Writes the round keys of an 8-byte key at `keyAt` into `schedule` from `at`; parity is ignored. */
export function writeDesSchedule(
  schedule: Int32Array,
  at: number,
  key: Uint8Array,
  keyAt: number,
): void {
  // The schedule is linear in the key bits: one row of 32 words per value of each byte.
  let row0 = (key[keyAt]! >>> 1) * 32
  let row1 = (128 + (key[keyAt + 1]! >>> 1)) * 32
  let row2 = (256 + (key[keyAt + 2]! >>> 1)) * 32
  let row3 = (384 + (key[keyAt + 3]! >>> 1)) * 32
  let row4 = (512 + (key[keyAt + 4]! >>> 1)) * 32
  let row5 = (640 + (key[keyAt + 5]! >>> 1)) * 32
  let row6 = (768 + (key[keyAt + 6]! >>> 1)) * 32
  let row7 = (896 + (key[keyAt + 7]! >>> 1)) * 32
  for (let i = at; i < at + DES_SCHEDULE_WORDS; i++) {
    schedule[i] =
      KEY_ROWS[row0++]! ^
      KEY_ROWS[row1++]! ^
      KEY_ROWS[row2++]! ^
      KEY_ROWS[row3++]! ^
      KEY_ROWS[row4++]! ^
      KEY_ROWS[row5++]! ^
      KEY_ROWS[row6++]! ^
      KEY_ROWS[row7++]!
  }
}

/** An S-box (0 to 7) joined with P and the rotation by one: a word per six bits of input. */
function spTable(number: number): Int32Array {
  const box = S_BOXES[number] ?? ''
  return Int32Array.from({ length: 64 }, (_, six) => {
    const row = ((six >>> 4) & 2) | (six & 1)
    const nibble = Number.parseInt(box.charAt(row * 16 + ((six >>> 1) & 15)), 16)
    let word = 0
    P.forEach((from, i) => {
      const bit = from - 1 - number * 4
      if (bit >= 0 && bit < 4 && (nibble >>> (3 - bit)) & 1) word |= 1 << (31 - i)
    })
    return (word << 1) | (word >>> 31)
  })
}

/** Round keys of every value of every key byte: 8 x 128 rows (parity dropped) of 32 words. */
function keyRows(): Int32Array {
  const bits = keyBits()
  const rows = new Int32Array(8 * 128 * DES_SCHEDULE_WORDS)
  for (let byte = 0; byte < 8; byte++) {
    for (let value = 1; value < 128; value++) {
      const row = (byte * 128 + value) * DES_SCHEDULE_WORDS
      // Row of the value without its lowest bit, plus that bit's own words.
      const rest = (byte * 128 + (value & (value - 1))) * DES_SCHEDULE_WORDS
      const bit = byte * 8 + 6 - (31 - Math.clz32(value & -value))
      for (let i = 0; i < DES_SCHEDULE_WORDS; i++) {
        rows[row + i] = rows[rest + i]! ^ bits[bit * DES_SCHEDULE_WORDS + i]!
      }
    }
  }
  return rows
}

/** Words that one key bit alone (0 = leftmost of 64) puts into the 32 words of the schedule. */
function keyBits(): Int32Array {
  const words = new Int32Array(64 * DES_SCHEDULE_WORDS)
  SHIFTS.forEach((shift, round) => {
    PC2.forEach((from, i) => {
      const half = from > 28 ? 28 : 0
      const source = PC1[half + ((from - 1 - half + shift) % 28)]! - 1
      const box = Math.floor(i / 6)
      const position = 24 - 8 * (box >> 1) + 5 - (i % 6)
      words[source * DES_SCHEDULE_WORDS + round * 2 + (box & 1)]! |= 1 << position
    })
  })
  return words
}
