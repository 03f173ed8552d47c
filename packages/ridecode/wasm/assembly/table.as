// Multiples of a point, made once for a key that is met again.
//
// With `width` w and `spread` v, a scalar has 256 / w + 1 signed digits of w bits. Digit j v + c is
// served by block j of the table, which holds 1..2^(w-1) times 2^(w v j) P, and by c times w
// doublings that all blocks share. A spread of 1 needs no doubling; a larger one needs less memory.
import { AFFINE_BYTES, addAffine, double, fromAffine, POINT_BYTES, toAffine } from './point'
import { windowDigits } from './scalar'

// Points that are made affine together.
const BATCH: usize = 256
const POINTS: usize = memory.data(256 * 108)
const PRODUCTS: usize = memory.data(256 * 36)
const BASES: usize = memory.data(64 * 72)
const DIGITS: usize = memory.data(260 * 2)

export function tableBytes(width: u32, spread: u32): usize {
  return (blocks(width, spread) << usize(width - 1)) * AFFINE_BYTES
}

function blocks(width: u32, spread: u32): usize {
  return usize((256 / width + spread) / spread)
}

// Makes the table of an affine point.
export function buildTable(table: usize, affine: usize, width: u32, spread: u32): void {
  const count = blocks(width, spread)
  const size: usize = usize(1) << usize(width - 1)
  fromAffine(POINTS, affine, false)
  for (let j: usize = 1; j < count; j++) {
    const at = POINTS + j * POINT_BYTES
    memory.copy(at, at - POINT_BYTES, POINT_BYTES)
    for (let i: u32 = 0; i < width * spread; i++) double(at)
  }
  toAffine(BASES, POINTS, count, PRODUCTS)
  const together = BATCH / size
  for (let j: usize = 0; j < count; j += together) {
    const now = min(together, count - j)
    for (let i: usize = 0; i < now; i++) {
      multiples(POINTS + i * size * POINT_BYTES, BASES + (j + i) * AFFINE_BYTES, size)
    }
    toAffine(table + j * size * AFFINE_BYTES, POINTS, now * size, PRODUCTS)
  }
}

// 1..size times a point.
function multiples(out: usize, base: usize, size: usize): void {
  fromAffine(out, base, false)
  for (let i: usize = 1; i < size; i++) {
    const at = out + i * POINT_BYTES
    memory.copy(at, at - POINT_BYTES, POINT_BYTES)
    if (i == 1) double(at)
    else addAffine(at, base, false)
  }
}

// Adds a scalar times the table's point to `p`; with `empty`, `p` holds nothing yet. Gives whether
// it still holds nothing.
export function addMultiple(
  p: usize,
  empty: bool,
  scalar: usize,
  table: usize,
  width: u32,
  spread: u32,
): bool {
  const digits = windowDigits(DIGITS, scalar, width)
  let nothing = empty
  for (let c = i32(spread) - 1; c >= 0; c--) {
    if (!nothing && c < i32(spread) - 1) for (let i: u32 = 0; i < width; i++) double(p)
    let block = table
    for (let i = u32(c); i < digits; i += spread) {
      const digit = load<i16>(DIGITS + usize(i * 2))
      if (digit != 0) {
        const negative = digit < 0
        const entry = block + usize((negative ? -digit : digit) - 1) * AFFINE_BYTES
        if (nothing) fromAffine(p, entry, negative)
        else addAffine(p, entry, negative)
        nothing = false
      }
      block += AFFINE_BYTES << usize(width - 1)
    }
  }
  return nothing
}
