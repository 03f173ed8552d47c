// Numbers of 256 bits: eight words of 32 bits, lowest first, and two zero words behind them.
import { ELEMENT_BYTES, LIMB_BITS, LIMB_MASK, ORDER } from './generated'

export const NUMBER_BYTES: usize = 40

// From 32 bytes, highest first.
export function readNumber(out: usize, bytes: usize): void {
  for (let i: usize = 0; i < 8; i++) {
    store<u32>(out + i * 4, bswap<u32>(load<u32>(bytes + 28 - i * 4)))
  }
  store<u64>(out + 32, 0)
}

export function isZeroNumber(a: usize): bool {
  return (load<u64>(a) | load<u64>(a, 8) | load<u64>(a, 16) | load<u64>(a, 24)) == 0
}

export function isLess(a: usize, b: usize): bool {
  for (let i: usize = 32; i > 0; ) {
    i -= 4
    const x = load<u32>(a + i)
    const y = load<u32>(b + i)
    if (x != y) return x < y
  }
  return false
}

// a + b, without the carry; gives the carry.
export function addNumbers(out: usize, a: usize, b: usize): u64 {
  let t: u64 = 0
  for (let i: usize = 0; i < 32; i += 4) {
    t += u64(load<u32>(a + i)) + u64(load<u32>(b + i))
    store<u32>(out + i, u32(t))
    t >>= 32
  }
  store<u64>(out + 32, 0)
  return t
}

// a - b modulo 2^256.
export function subtractNumbers(out: usize, a: usize, b: usize): void {
  let t: i64 = 0
  for (let i: usize = 0; i < 32; i += 4) {
    t += i64(load<u32>(a + i)) - i64(load<u32>(b + i))
    store<u32>(out + i, u32(t))
    t >>= 32
  }
  store<u64>(out + 32, 0)
}

// a + b modulo n, of numbers below n.
export function addModOrder(out: usize, a: usize, b: usize): void {
  const carry = addNumbers(out, a, b)
  if (carry != 0 || !isLess(out, ORDER)) subtractNumbers(out, out, ORDER)
}

// a - b modulo n, of numbers below n.
export function subtractModOrder(out: usize, a: usize, b: usize): void {
  const borrows = isLess(a, b)
  subtractNumbers(out, a, b)
  if (borrows) addNumbers(out, out, ORDER)
}

// At most 32 bits of a number from a bit on.
export function bits(a: usize, from: u32, count: u32): u32 {
  return u32((load<u64>(a + usize((from >> 5) << 2)) >> u64(from & 31)) & ((1 << u64(count)) - 1))
}

// A number as limbs of a field element, not Montgomery.
export function limbsOf(out: usize, a: usize): void {
  for (let i: u32 = 0; i < 9; i++) {
    store<u32>(out + usize(i * 4), bits(a, i * u32(LIMB_BITS), u32(LIMB_BITS)))
  }
}

// Plain limbs as 32 bytes, highest first.
export function writeLimbs(bytes: usize, limbs: usize): void {
  let buffer: u64 = 0
  let held: u64 = 0
  let at: usize = bytes + 32
  for (let i: usize = 0; i < ELEMENT_BYTES; i += 4) {
    buffer |= u64(load<u32>(limbs + i)) << held
    held += u64(LIMB_BITS)
    while (held >= 8 && at > bytes) {
      at -= 1
      store<u8>(at, u8(buffer))
      buffer >>= 8
      held -= 8
    }
  }
}

// Signed digits of `width` bits, lowest first, each -2^(width-1)..2^(width-1); gives their count.
export function windowDigits(out: usize, a: usize, width: u32): u32 {
  const half: i32 = 1 << (width - 1)
  const count: u32 = 256 / width + 1
  let carry = 0
  for (let i: u32 = 0; i < count; i++) {
    let digit = i32(bits(a, i * width, width)) + carry
    carry = 0
    if (digit > half) {
      digit -= 1 << width
      carry = 1
    }
    store<i16>(out + usize(i * 2), i16(digit))
  }
  return count
}

// Non-adjacent form: every digit is 0 or odd, below 2^(width-1), and at least width - 1 zeros
// follow another digit. 257 digits, lowest first. Changes `a`.
export function sparseDigits(out: usize, a: usize, width: u32): void {
  const size: i32 = 1 << width
  let carry = 0
  let at: u32 = 0
  memory.fill(out, 0, 257 * 2)
  while (at < 257) {
    if (i32(bits(a, at, 1)) == carry) {
      at += 1
      continue
    }
    let digit = i32(bits(a, at, width)) + carry
    carry = 0
    if (digit > size >> 1) {
      digit -= size
      carry = 1
    }
    store<i16>(out + usize(at * 2), i16(digit))
    at += width
  }
}
