import { sha256 } from '@noble/hashes/sha2.js'
import { concat, utf8, view } from './bytes.ts'
import type { Random } from './env.ts'
import { assert } from './errors.ts'

/** Randomness that repeats under its seed. */
export interface SeededRandom extends Random {
  /**
   * An independent stream named by a label: drawing more from one stream never changes another,
   * so that a new rider does not shift everybody else's fate.
   */
  fork(label: string): SeededRandom
}

/**
 * Bytes of SHA-256(seed || counter), the same on every machine. For simulations and tests only:
 * who knows the seed knows every byte, so never for keys that protect anything.
 */
export function createSeededRandom(seed: string | number): SeededRandom {
  return stream(sha256(utf8(`unifare:${seed}`)))
}

function stream(seed: Uint8Array): SeededRandom {
  let block = 0
  let buffer: Uint8Array = new Uint8Array()
  function nextBlock(): Uint8Array {
    const counter = new Uint8Array(8)
    view(counter).setBigUint64(0, BigInt(block))
    block += 1
    return sha256(concat(seed, counter))
  }
  return {
    bytes(length) {
      const bytes = new Uint8Array(length)
      let at = 0
      while (at < length) {
        if (buffer.length === 0) buffer = nextBlock()
        const part = buffer.subarray(0, length - at)
        bytes.set(part, at)
        buffer = buffer.subarray(part.length)
        at += part.length
      }
      return bytes
    },
    fork: (label) => stream(sha256(concat(seed, utf8(`fork:${label}`)))),
  }
}

/** A whole number from 0 to below, every one equally likely; `below` from 1 to 2^48. */
export function randomInteger(random: Random, below: number): number {
  const range = 2 ** 48
  assert(Number.isSafeInteger(below) && below >= 1 && below <= range, `bad range: ${below}`)
  const limit = range - (range % below)
  for (;;) {
    const bytes = view(random.bytes(6))
    const value = bytes.getUint16(0) * 0x1_0000_0000 + bytes.getUint32(2)
    if (value < limit) return value % below
  }
}
