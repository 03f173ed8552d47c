import { requireLength, wordAt } from './des.ts'
import {
  absorbSm4,
  emitSm4,
  resetSm4,
  runSm4,
  SM4_SCHEDULE_WORDS,
  writeSm4Schedule,
} from './sm4-core.ts'

/** 32 round keys of SM4. Make it once per key and reuse it. */
export type Sm4Schedule = Int32Array

const BLOCK_BYTES = 16

/** Round keys for encryption (GB/T 32907-2016), optionally into an old schedule. */
export function sm4Schedule(
  key16: Uint8Array,
  into: Sm4Schedule = new Int32Array(SM4_SCHEDULE_WORDS),
): Sm4Schedule {
  requireLength(key16, 16, 'SM4 key')
  writeSm4Schedule(into, key16)
  return into
}

/** ECB over whole blocks without padding: `out[i] = cipher(data[i])`; `out` may be `data`. */
export function sm4Blocks(schedule: Sm4Schedule, data: Uint8Array, out: Uint8Array): void {
  if (data.length % BLOCK_BYTES !== 0) throw new TypeError('SM4 takes whole blocks of 16 bytes')
  if (out.length < data.length) throw new TypeError('the output is shorter than the input')
  for (let at = 0; at < data.length; at += BLOCK_BYTES) {
    resetSm4()
    absorbBlock(data, at)
    runSm4(schedule)
    emitSm4(out, at)
  }
}

/** SM4 in ECB without padding; the data are whole blocks of 16 bytes. */
export function sm4Encrypt(key16: Uint8Array, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length)
  sm4Blocks(sm4Schedule(key16), data, out)
  return out
}

/** Inverse of `sm4Encrypt`. */
export function sm4Decrypt(key16: Uint8Array, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length)
  sm4Blocks(sm4Schedule(key16).reverse(), data, out)
  return out
}

/**
 * CBC-MAC with SM4, padding 80 00.. always (also behind whole blocks); the whole last block of
 * 16 bytes (reference card 5.6: the inputs of an SM4 purse are this project's own profile).
 */
export function sm4CbcMac(key16: Uint8Array, data: Uint8Array, iv?: Uint8Array): Uint8Array {
  const mac = new Uint8Array(BLOCK_BYTES)
  sm4CbcMacInto({ schedule: sm4Schedule(key16), data, out: mac, ...(iv && { iv }) })
  return mac
}

/** What `sm4CbcMacInto` works on; `length` bytes of `data` count, all when not given. */
export interface Sm4MacJob {
  readonly schedule: Sm4Schedule
  readonly data: Uint8Array
  readonly out: Uint8Array
  readonly length?: number
  readonly iv?: Uint8Array
}

/** `sm4CbcMac` under a ready schedule into a given array, without allocation. */
export function sm4CbcMacInto(job: Sm4MacJob): void {
  const { schedule, data, iv, length = data.length } = job
  resetSm4()
  if (iv) {
    requireLength(iv, BLOCK_BYTES, 'IV')
    absorbBlock(iv, 0)
  }
  const whole = length - (length % BLOCK_BYTES)
  for (let at = 0; at < whole; at += BLOCK_BYTES) {
    absorbBlock(data, at)
    runSm4(schedule)
  }
  for (let i = whole; i < length; i++) absorbByte(i - whole, data[i]!)
  absorbByte(length - whole, 0x80)
  runSm4(schedule)
  emitSm4(job.out, 0)
}

function absorbBlock(data: Uint8Array, at: number): void {
  for (let i = 0; i < 4; i++) absorbSm4(i, wordAt(data, at + i * 4))
}

function absorbByte(i: number, byte: number): void {
  absorbSm4(i >> 2, byte << (24 - 8 * (i & 3)))
}
