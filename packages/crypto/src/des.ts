import {
  absorbDes,
  DES_SCHEDULE_WORDS,
  emitDes,
  resetDes,
  runDes,
  writeDesSchedule,
} from './des-core.ts'

/**
 * Round keys of a block cipher run: 32 words for single DES, 96 for two-key triple DES. Make it
 * once per key and reuse it: the fast path of clearing keeps one per master key.
 */
export type DesSchedule = Int32Array

const BLOCK_BYTES = 8

/** Round keys for encryption under single DES (FIPS 46-3), optionally into an old schedule. */
export function desSchedule(
  key8: Uint8Array,
  into: DesSchedule = new Int32Array(DES_SCHEDULE_WORDS),
): DesSchedule {
  requireLength(key8, 8, 'DES key')
  writeDesSchedule(into, 0, key8, 0)
  return into
}

/** Round keys for encryption under two-key triple DES: E(K1) D(K2) E(K1). */
export function tdesSchedule(
  key16: Uint8Array,
  into: DesSchedule = new Int32Array(DES_SCHEDULE_WORDS * 3),
): DesSchedule {
  requireLength(key16, 16, 'triple DES key')
  writeDesSchedule(into, 0, key16, 0)
  writeDesSchedule(into, DES_SCHEDULE_WORDS, key16, 8)
  reverseRounds(into, DES_SCHEDULE_WORDS, DES_SCHEDULE_WORDS * 2)
  into.copyWithin(DES_SCHEDULE_WORDS * 2, 0, DES_SCHEDULE_WORDS)
  return into
}

/** The schedule that undoes another one, in a new array. */
export function reverseSchedule(schedule: DesSchedule): DesSchedule {
  const reversed = schedule.slice()
  reverseRounds(reversed, 0, reversed.length)
  return reversed
}

/** ECB over whole blocks without padding: `out[i] = cipher(data[i])`; `out` may be `data`. */
export function desBlocks(schedule: DesSchedule, data: Uint8Array, out: Uint8Array): void {
  requireBlocks(data)
  if (out.length < data.length) throw new TypeError('the output is shorter than the input')
  for (let at = 0; at < data.length; at += BLOCK_BYTES) {
    resetDes()
    absorbDes(wordAt(data, at), wordAt(data, at + 4))
    runDes(schedule)
    emitDes(out, at)
  }
}

/** Two-key triple DES, EDE, ECB without padding; the data are whole blocks of 8 bytes. */
export function tdesEncrypt(key16: Uint8Array, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length)
  desBlocks(tdesSchedule(key16), data, out)
  return out
}

/** Inverse of `tdesEncrypt`. */
export function tdesDecrypt(key16: Uint8Array, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length)
  desBlocks(reverseSchedule(tdesSchedule(key16)), data, out)
  return out
}

/** Big-endian word of four bytes. */
export function wordAt(data: Uint8Array, at: number): number {
  return (data[at]! << 24) | (data[at + 1]! << 16) | (data[at + 2]! << 8) | data[at + 3]!
}

/** Throws a `TypeError` unless the array has this length: keys and IVs never come from outside. */
export function requireLength(bytes: Uint8Array, length: number, name: string): void {
  if (bytes.length !== length) throw new TypeError(`${name}: ${length} bytes, not ${bytes.length}`)
}

function requireBlocks(data: Uint8Array): void {
  if (data.length % BLOCK_BYTES !== 0) throw new TypeError('DES takes whole blocks of 8 bytes')
}

/** Turns the order of the rounds, keeping the two words of each round. */
function reverseRounds(schedule: DesSchedule, from: number, to: number): void {
  for (let low = from, high = to - 2; low < high; low += 2, high -= 2) {
    for (let i = 0; i < 2; i++) {
      const kept = schedule[low + i]!
      schedule[low + i] = schedule[high + i]!
      schedule[high + i] = kept
    }
  }
}
