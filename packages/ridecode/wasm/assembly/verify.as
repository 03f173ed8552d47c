// SM2 verification (GM/T 0003.2, 7.1), one signature at a time. No secret ever enters: the time
// that this takes depends on what it is given.
import { addTimes, isEqual, isZero, power, toPlain } from './field'
import {
  CURVE_B,
  GENERATOR,
  INTO_MONTGOMERY,
  multiply,
  ORDER,
  PRIME,
  ROOT_EXPONENT,
  square,
} from './generated'
import {
  addReady,
  double,
  fromAffine,
  makeReady,
  POINT_BYTES,
  READY_BYTES,
  X,
  Y,
  Z,
} from './point'
import {
  addModOrder,
  addNumbers,
  isLess,
  isZeroNumber,
  limbsOf,
  readNumber,
  sparseDigits,
  subtractModOrder,
  subtractNumbers,
  writeLimbs,
} from './scalar'
import { addMultiple, buildTable } from './table'

// Answers. UNDECIDED: the sum met a special case of the formulas, or is infinite.
const BAD = 0
const GOOD = 1
const UNDECIDED = 2

// What the host writes: SM3 digest, r and s, key in one of its two forms. What it may read: the
// opened key's x and y, 32 bytes each.
const DIGEST: usize = memory.data(32)
const SIGNATURE: usize = memory.data(64)
const KEY: usize = memory.data(65)
const COORDINATES: usize = memory.data(64)

// Windows of the generator's own table.
const BASE_WIDTH: u32 = 8
const BASE_SPREAD: u32 = 1

// Sparse digits of a key without a table, and its odd multiples.
const NEW_WIDTH: u32 = 5
const NEW_MULTIPLES: usize = 8
const MULTIPLES: usize = memory.data(8 * 180)
const TWICE: usize = memory.data(180)
const SPARSE: usize = memory.data(264 * 2)

const POINT: usize = memory.data(72)
const SUM: usize = memory.data(108)
const NUMBER_R: usize = memory.data(40)
const NUMBER_S: usize = memory.data(40)
const NUMBER_T: usize = memory.data(40)
const NUMBER_X: usize = memory.data(40)
const A: usize = memory.data(36)
const B: usize = memory.data(36)
const C: usize = memory.data(36)

let baseTable: usize = 0

export function digestAt(): usize {
  return DIGEST
}

export function signatureAt(): usize {
  return SIGNATURE
}

export function keyAt(): usize {
  return KEY
}

export function coordinatesAt(): usize {
  return COORDINATES
}

// Where memory is free, and what the generator's table takes of it.
export function freeAt(): usize {
  return (__heap_base + 15) & ~15
}

// Makes the generator's table in free memory. To be called once, before anything is verified.
export function useBaseTable(table: usize): void {
  baseTable = table
  buildTable(table, GENERATOR, BASE_WIDTH, BASE_SPREAD)
}

// Reads the key that lies at `keyAt` in 33 or 65 bytes; false when it is no point of the curve.
export function openKey(length: u32): bool {
  const head = load<u8>(KEY)
  if (length == 33) {
    if (head != 2 && head != 3) return false
    if (!readCoordinate(POINT, KEY + 1)) return false
    curveValue(A, POINT)
    power(POINT + Y, A, ROOT_EXPONENT)
    square(B, POINT + Y)
    if (!isEqual(B, A)) return false
    toPlain(C, POINT + Y)
    if ((load<u8>(C) & 1) != (head & 1)) addTimes(POINT + Y, POINT + Y, POINT + Y, -2)
  } else {
    if (length != 65 || head != 4) return false
    if (!readCoordinate(POINT, KEY + 1) || !readCoordinate(POINT + Y, KEY + 33)) return false
    curveValue(A, POINT)
    square(B, POINT + Y)
    if (!isEqual(B, A)) return false
  }
  toPlain(C, POINT)
  writeLimbs(COORDINATES, C)
  toPlain(C, POINT + Y)
  writeLimbs(COORDINATES + 32, C)
  return true
}

// False for a coordinate that is not below p.
function readCoordinate(out: usize, bytes: usize): bool {
  readNumber(NUMBER_X, bytes)
  if (!isLess(NUMBER_X, PRIME)) return false
  limbsOf(out, NUMBER_X)
  multiply(out, out, INTO_MONTGOMERY)
  return true
}

// x^3 - 3x + b.
function curveValue(out: usize, x: usize): void {
  square(B, x)
  multiply(out, B, x)
  addTimes(out, out, x, -3)
  addTimes(out, out, CURVE_B, 1)
}

// Makes a table of the opened key.
export function makeTable(table: usize, width: u32, spread: u32): void {
  buildTable(table, POINT, width, spread)
}

// Verifies under the opened key.
export function verifyNew(): i32 {
  if (!readSignature()) return BAD
  oddMultiples()
  sparseDigits(SPARSE, NUMBER_T, NEW_WIDTH)
  let nothing = true
  for (let at = 256; at >= 0; at--) {
    if (!nothing) double(SUM)
    const digit = load<i16>(SPARSE + usize(at * 2))
    if (digit == 0) continue
    const negative = digit < 0
    const entry = MULTIPLES + usize((negative ? -digit : digit) >> 1) * READY_BYTES
    if (nothing) {
      memory.copy(SUM, entry, POINT_BYTES)
      if (negative) addTimes(SUM + Y, SUM + Y, SUM + Y, -2)
    } else addReady(SUM, entry, negative)
    nothing = false
  }
  return verdict(nothing)
}

// Verifies under a key by its table; no key need be open.
export function verifyKnown(table: usize, width: u32, spread: u32): i32 {
  if (!readSignature()) return BAD
  return verdict(addMultiple(SUM, true, NUMBER_T, table, width, spread))
}

// r, s and t = r + s, all of them in 1..n-1.
function readSignature(): bool {
  readNumber(NUMBER_R, SIGNATURE)
  readNumber(NUMBER_S, SIGNATURE + 32)
  if (isZeroNumber(NUMBER_R) || !isLess(NUMBER_R, ORDER)) return false
  if (isZeroNumber(NUMBER_S) || !isLess(NUMBER_S, ORDER)) return false
  addModOrder(NUMBER_T, NUMBER_R, NUMBER_S)
  return !isZeroNumber(NUMBER_T)
}

// 1, 3 .. 15 times the opened key.
function oddMultiples(): void {
  fromAffine(MULTIPLES, POINT, false)
  makeReady(MULTIPLES)
  memory.copy(TWICE, MULTIPLES, POINT_BYTES)
  double(TWICE)
  makeReady(TWICE)
  for (let i: usize = 1; i < NEW_MULTIPLES; i++) {
    const at = MULTIPLES + i * READY_BYTES
    memory.copy(at, at - READY_BYTES, POINT_BYTES)
    addReady(at, TWICE, false)
    makeReady(at)
  }
}

// Adds s G to t P in SUM and asks whether x modulo n is r - e, without a division: x Z^2 is known.
function verdict(nothing: bool): i32 {
  if (addMultiple(SUM, nothing, NUMBER_S, baseTable, BASE_WIDTH, BASE_SPREAD)) return UNDECIDED
  if (isZero(SUM + Z)) return UNDECIDED
  readNumber(NUMBER_X, DIGEST)
  if (!isLess(NUMBER_X, ORDER)) subtractNumbers(NUMBER_X, NUMBER_X, ORDER)
  subtractModOrder(NUMBER_X, NUMBER_R, NUMBER_X)
  square(A, SUM + Z)
  if (isX(NUMBER_X)) return GOOD
  // x itself lies below p, which is above n: it may be one n more.
  if (addNumbers(NUMBER_X, NUMBER_X, ORDER) != 0 || !isLess(NUMBER_X, PRIME)) return BAD
  return isX(NUMBER_X) ? GOOD : BAD
}

// Whether a number is the x of SUM; A holds Z^2.
function isX(x: usize): bool {
  limbsOf(B, x)
  multiply(B, B, INTO_MONTGOMERY)
  multiply(B, B, A)
  return isEqual(B, SUM + X)
}

export { tableBytes } from './table'
