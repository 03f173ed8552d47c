// Points in Jacobian coordinates: X, Y, Z, 36 bytes each; x = X/Z^2, y = Y/Z^3.
//
// The formulas know no special case. Where a point meets itself or its negative, and where the sum
// is infinite, Z becomes zero and stays zero; whoever asks must look at the last Z and leave such
// a case to another implementation.
import { add, addTimes, copy, invert, subtract } from './field'
import { ELEMENT_BYTES, multiply, ONE, square } from './generated'

export const X: usize = 0
export const Y: usize = 36
export const Z: usize = 72
export const POINT_BYTES: usize = 108
// x and y alone.
export const AFFINE_BYTES: usize = 72
// A point with Z^2 and Z^3, ready to be added to many.
export const READY_BYTES: usize = 180
const ZZ: usize = 108
const ZZZ: usize = 144

const T: usize = memory.data(36)
const U: usize = memory.data(36)
const V: usize = memory.data(36)
const W: usize = memory.data(36)
const H: usize = memory.data(36)
const R: usize = memory.data(36)
const SIGNED_Y: usize = memory.data(36)

export function fromAffine(out: usize, affine: usize, negative: bool): void {
  copy(out, affine)
  signed(out + Y, affine + Y, negative)
  copy(out + Z, ONE)
}

// Doubles in place: a = -3, four products and four squares.
export function double(p: usize): void {
  square(T, p + Z)
  square(U, p + Y)
  subtract(V, p + X, T)
  add(W, p + X, T)
  multiply(V, V, W)
  addTimes(V, V, V, 2) // alpha = 3 (X - Z^2) (X + Z^2)
  add(W, U, U)
  multiply(W, p + X, W) // 2 beta = 2 X Y^2
  square(U, U) // Y^4
  add(T, p + Y, p + Y)
  multiply(p + Z, T, p + Z)
  square(T, V)
  addTimes(p + X, T, W, -4)
  add(W, W, W)
  subtract(W, W, p + X)
  multiply(T, V, W)
  addTimes(p + Y, T, U, -8)
}

// Adds an affine point, or its negative, in place: eight products and three squares.
export function addAffine(p: usize, affine: usize, negative: bool): void {
  signed(SIGNED_Y, affine + Y, negative)
  square(T, p + Z)
  multiply(U, affine + X, T)
  multiply(T, p + Z, T)
  multiply(V, SIGNED_Y, T)
  subtract(H, U, p + X)
  subtract(R, V, p + Y)
  multiply(p + Z, p + Z, H)
  finish(p, p + X, p + Y)
}

// Adds a ready point, or its negative, in place: eleven products and three squares.
export function addReady(p: usize, ready: usize, negative: bool): void {
  signed(SIGNED_Y, ready + Y, negative)
  square(T, p + Z)
  multiply(U, ready + X, T)
  multiply(T, p + Z, T)
  multiply(V, SIGNED_Y, T)
  multiply(p + X, p + X, ready + ZZ)
  multiply(p + Y, p + Y, ready + ZZZ)
  subtract(H, U, p + X)
  subtract(R, V, p + Y)
  multiply(p + Z, p + Z, ready + Z)
  multiply(p + Z, p + Z, H)
  finish(p, p + X, p + Y)
}

// Third point from U1, S1 and the differences H, R.
function finish(p: usize, u1: usize, s1: usize): void {
  square(T, H)
  multiply(U, H, T)
  multiply(V, u1, T)
  square(W, R)
  subtract(W, W, U)
  multiply(T, s1, U)
  addTimes(p + X, W, V, -2)
  subtract(V, V, p + X)
  multiply(V, R, V)
  addTimes(p + Y, V, T, -1)
}

export function makeReady(p: usize): void {
  square(p + ZZ, p + Z)
  multiply(p + ZZZ, p + ZZ, p + Z)
}

// x and y of `count` points with one inversion. `products` takes one element a point.
export function toAffine(out: usize, points: usize, count: usize, products: usize): void {
  copy(products, points + Z)
  for (let i: usize = 1; i < count; i++) {
    const at = products + i * ELEMENT_BYTES
    multiply(at, at - ELEMENT_BYTES, points + i * POINT_BYTES + Z)
  }
  const last = products + (count - 1) * ELEMENT_BYTES
  invert(W, last)
  for (let i: usize = count; i-- > 0; ) {
    const point = points + i * POINT_BYTES
    const affine = out + i * AFFINE_BYTES
    if (i > 0) multiply(T, W, products + (i - 1) * ELEMENT_BYTES)
    else copy(T, W)
    multiply(W, W, point + Z)
    square(U, T)
    multiply(affine + X, point + X, U)
    multiply(U, U, T)
    multiply(affine + Y, point + Y, U)
  }
}

function signed(out: usize, y: usize, negative: bool): void {
  if (negative) addTimes(out, y, y, -2)
  else copy(out, y)
}
