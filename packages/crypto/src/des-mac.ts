import { type DesSchedule, desSchedule, requireLength, reverseSchedule, wordAt } from './des.ts'
import { absorbDes, emitDes, resetDes, runDes } from './des-core.ts'

/**
 * CBC-MAC with single DES, padding 80 00.. always (also behind whole blocks); the whole last
 * block of 8 bytes, of which the purse sends the leftmost 4 (reference card 5.4).
 */
export function desCbcMac(key8: Uint8Array, data: Uint8Array, iv?: Uint8Array): Uint8Array {
  const mac = new Uint8Array(8)
  desCbcMacInto({ schedule: desSchedule(key8), data, out: mac, ...(iv && { iv }) })
  return mac
}

/** What `desCbcMacInto` works on; `length` bytes of `data` count, all when not given. */
export interface DesMacJob {
  readonly schedule: DesSchedule
  readonly data: Uint8Array
  readonly out: Uint8Array
  readonly length?: number
  readonly iv?: Uint8Array
}

/** `desCbcMac` under a ready schedule into a given array, without allocation. */
export function desCbcMacInto(job: DesMacJob): void {
  chain(job.schedule, job.data, job.length ?? job.data.length, job.iv)
  emitDes(job.out, 0)
}

/**
 * ISO/IEC 9797-1 MAC algorithm 3 (retail MAC) under a 16-byte key: single DES CBC with the left
 * half, the last block decrypted with the right and encrypted with the left; padding 80 00..
 * always. All 8 bytes; secure messaging sends the leftmost 4 (reference card 5.5).
 */
export function macIso9797Alg3(key16: Uint8Array, data: Uint8Array, iv?: Uint8Array): Uint8Array {
  requireLength(key16, 16, 'MAC key')
  const left = desSchedule(key16.subarray(0, 8))
  chain(left, data, data.length, iv)
  runDes(reverseSchedule(desSchedule(key16.subarray(8))))
  runDes(left)
  const mac = new Uint8Array(8)
  emitDes(mac, 0)
  return mac
}

function chain(schedule: DesSchedule, data: Uint8Array, length: number, iv?: Uint8Array): void {
  resetDes()
  if (iv) {
    requireLength(iv, 8, 'IV')
    absorbDes(wordAt(iv, 0), wordAt(iv, 4))
  }
  const whole = length - (length % 8)
  for (let at = 0; at < whole; at += 8) {
    absorbDes(wordAt(data, at), wordAt(data, at + 4))
    runDes(schedule)
  }
  absorbDes(paddedWord(data, whole, length), paddedWord(data, whole + 4, length))
  runDes(schedule)
}

/** Word at `at` of the message followed by 80 00 .. */
function paddedWord(data: Uint8Array, at: number, length: number): number {
  let word = 0
  for (let i = at; i < at + 4; i++) {
    word = (word << 8) | (i < length ? data[i]! : i === length ? 0x80 : 0)
  }
  return word
}
