// DES (FIPS 46-3) of 128 blocks at once, each under a key of its own: a plane of 128 bits for every
// bit of a block. No memory access and no branch depends on what is encrypted or under which key.
import { absorbPlanes, round, spillPlanes, wirePlanes } from './generated'

const PLANE_BYTES: usize = 16
const BLOCK_BYTES: usize = 8
const LANES: usize = 128
const KEY_BYTES: usize = 112 * PLANE_BYTES
const HALF_BYTES: usize = 32 * PLANE_BYTES

/** Blocks of the lanes, 8 bytes each, or their planes. */
const BLOCKS: usize = memory.data(1024, 16)
/** Two keys. */
const KEYS: usize = memory.data(3584, 16)
/** Both halves of the chain, behind the initial permutation. */
const HALVES: usize = memory.data(1024, 16)
/** Left shifts of C and D before each round, summed up, as in the standard. */
const SHIFTS: usize = memory.data<u8>([1, 2, 4, 6, 8, 10, 12, 14, 15, 17, 19, 21, 23, 25, 27, 28])

let left: usize = HALVES
let right: usize = HALVES + HALF_BYTES

export function blocksAt(): usize {
  return BLOCKS
}

export function messagesAt(): usize {
  return __heap_base
}

/** Begins a chain with zeros. */
export function clear(): void {
  memory.fill(HALVES, 0, 2 * HALF_BYTES)
}

/** Zeros for everything that was made of keys. */
export function wipe(): void {
  memory.fill(BLOCKS, 0, LANES * BLOCK_BYTES)
  memory.fill(KEYS, 0, 2 * KEY_BYTES)
  clear()
}

/** Blocks from the messages at a stride: 8 bytes from `at`, filled up with 80 00 .. at the end. */
export function take(at: i32, length: i32, stride: i32): void {
  const rest = length - at
  const whole = rest >= 8
  const mask: u64 = whole ? -1 : ((1 as u64) << (8 * rest)) - 1
  const padding: u64 = whole ? 0 : (0x80 as u64) << (8 * rest)
  let from = __heap_base + at
  for (let lane: usize = 0; lane < LANES; lane++) {
    store<u64>(BLOCKS + lane * BLOCK_BYTES, (load<u64>(from) & mask) | padding)
    from += stride
  }
}

/** Blocks to planes, and planes to blocks: two transpositions of 64 x 64 bits side by side. */
export function transpose(): void {
  swap(32, i64x2.splat(0x00000000ffffffff))
  swap(16, i64x2.splat(0x0000ffff0000ffff))
  swap(8, i64x2.splat(0x00ff00ff00ff00ff))
  swap(4, i64x2.splat(0x0f0f0f0f0f0f0f0f))
  swap(2, i64x2.splat(0x3333333333333333))
  swap(1, i64x2.splat(0x5555555555555555))
}

// @ts-ignore: decorator
@inline
function swap(distance: i32, mask: v128): void {
  const step = (distance as usize) * PLANE_BYTES
  for (let first: usize = BLOCKS; first < BLOCKS + 64 * PLANE_BYTES; first += 2 * step) {
    for (let at = first; at < first + step; at += PLANE_BYTES) {
      const low = v128.load(at)
      const high = v128.load(at + step)
      const moved = v128.and(v128.xor(i64x2.shr_u(low, distance), high), mask)
      v128.store(at + step, v128.xor(high, moved))
      v128.store(at, v128.xor(low, i64x2.shl(moved, distance)))
    }
  }
}

/** XORs the planes into the chain. */
export function absorb(): void {
  absorbPlanes(BLOCKS, left, right)
}

/** The chain as planes of blocks. */
export function spill(): void {
  spillPlanes(BLOCKS, left, right)
}

/** Takes the planes as keys. */
export function wire(key: i32): void {
  wirePlanes(BLOCKS, KEYS + (key as usize) * KEY_BYTES)
}

/** Encrypts the chain under a key. */
export function encrypt(key: i32): void {
  const at = KEYS + (key as usize) * KEY_BYTES
  for (let i: usize = 0; i < 16; i += 2) {
    round(at + shift(i), right, left)
    round(at + shift(i + 1), left, right)
  }
  turn()
}

/** Decrypts the chain under a key: the same rounds, the last one first. */
export function decrypt(key: i32): void {
  const at = KEYS + (key as usize) * KEY_BYTES
  for (let i: usize = 16; i > 0; i -= 2) {
    round(at + shift(i - 1), right, left)
    round(at + shift(i - 2), left, right)
  }
  turn()
}

// @ts-ignore: decorator
@inline
function shift(number: usize): usize {
  return (load<u8>(SHIFTS + number) as usize) * PLANE_BYTES
}

/** The halves leave DES swapped; the final permutation and the next initial one cancel. */
function turn(): void {
  const kept = left
  left = right
  right = kept
}
