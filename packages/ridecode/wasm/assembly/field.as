// The field of the SM2 prime around `multiply` and `square`.
//
// Bounds. An element is "settled" when its limbs lie in 0..2^29 and its value within a hair of
// 0..p. Products are within 0..1.3p for operands of up to 6p and may be used as settled ones. Sums
// and differences of two such elements may enter one product as they are, as long as the limbs'
// magnitudes multiply to less than 2^59.8 (nine of them must fit 63 bits): a difference times
// anything below 2^30, a sum times a difference, never a sum times a sum.
import {
  ELEMENT_BYTES,
  INVERSE_EXPONENT,
  LIMB_BITS,
  LIMB_MASK,
  multiply,
  ONE,
  PLAIN_ONE,
  PRIME_LIMBS,
  square,
} from './generated'

const TOP: usize = 32
const POWERS: usize = memory.data(16 * 36)
const PLAIN: usize = memory.data(36)
const SUM: usize = memory.data(36)

export function copy(out: usize, a: usize): void {
  for (let i: usize = 0; i < ELEMENT_BYTES; i += 4) store<i32>(out + i, load<i32>(a + i))
}

// a + b, not settled.
export function add(out: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < ELEMENT_BYTES; i += 4) {
    store<i32>(out + i, load<i32>(a + i) + load<i32>(b + i))
  }
}

// a - b, not settled.
export function subtract(out: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < ELEMENT_BYTES; i += 4) {
    store<i32>(out + i, load<i32>(a + i) - load<i32>(b + i))
  }
}

// a + b * times, settled. The sum's bits from 2^256 up come back as 2^224 + 2^96 - 2^64 + 1.
export function addTimes(out: usize, a: usize, b: usize, times: i64): void {
  const high = limb(a, b, TOP, times)
  const fold = high >> 24
  let t = limb(a, b, 0, times) + fold
  store<i32>(out, i32(t & LIMB_MASK), 0)
  t = (t >> LIMB_BITS) + limb(a, b, 4, times)
  store<i32>(out, i32(t & LIMB_MASK), 4)
  t = (t >> LIMB_BITS) + limb(a, b, 8, times) - (fold << 6)
  store<i32>(out, i32(t & LIMB_MASK), 8)
  t = (t >> LIMB_BITS) + limb(a, b, 12, times) + (fold << 9)
  store<i32>(out, i32(t & LIMB_MASK), 12)
  t = (t >> LIMB_BITS) + limb(a, b, 16, times)
  store<i32>(out, i32(t & LIMB_MASK), 16)
  t = (t >> LIMB_BITS) + limb(a, b, 20, times)
  store<i32>(out, i32(t & LIMB_MASK), 20)
  t = (t >> LIMB_BITS) + limb(a, b, 24, times)
  store<i32>(out, i32(t & LIMB_MASK), 24)
  t = (t >> LIMB_BITS) + limb(a, b, 28, times) + (fold << 21)
  store<i32>(out, i32(t & LIMB_MASK), 28)
  store<i32>(out, i32((t >> LIMB_BITS) + (high & 0xffffff)), TOP)
}

@inline
function limb(a: usize, b: usize, at: usize, times: i64): i64 {
  return i64(load<i32>(a + at)) + i64(load<i32>(b + at)) * times
}

// The plain number 0..p-1 of an element.
export function toPlain(out: usize, a: usize): void {
  // 0..p: a product by one divides by 2^261, so that only zero itself can come out as p.
  multiply(out, a, PLAIN_ONE)
  for (let i: usize = 0; i < ELEMENT_BYTES; i += 4) {
    if (load<i32>(out + i) != load<i32>(PRIME_LIMBS + i)) return
  }
  memory.fill(out, 0, ELEMENT_BYTES)
}

export function isZero(a: usize): bool {
  toPlain(PLAIN, a)
  let bits = 0
  for (let i: usize = 0; i < ELEMENT_BYTES; i += 4) bits |= load<i32>(PLAIN + i)
  return bits == 0
}

export function isEqual(a: usize, b: usize): bool {
  subtract(SUM, a, b)
  return isZero(SUM)
}

// 1/a; 0 for 0. `out` may be `a`.
export function invert(out: usize, a: usize): void {
  power(out, a, INVERSE_EXPONENT)
}

// a to an exponent of 256 bits, four bits at a time. `out` may be `a`.
export function power(out: usize, a: usize, exponent: usize): void {
  copy(POWERS, ONE)
  for (let i: usize = 1; i < 16; i++) {
    multiply(POWERS + i * ELEMENT_BYTES, POWERS + (i - 1) * ELEMENT_BYTES, a)
  }
  copy(out, ONE)
  for (let at = 63; at >= 0; at--) {
    for (let i = 0; i < 4; i++) square(out, out)
    const digit = usize((load<u32>(exponent + ((at >> 3) << 2)) >> u32((at & 7) << 2)) & 15)
    if (digit != 0) multiply(out, out, POWERS + digit * ELEMENT_BYTES)
  }
}
