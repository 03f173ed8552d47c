import { createSeededRandom, view } from '@unifare/core'

/** Whole numbers of a seed, fast: for records by the million. */
export interface Words {
  /** From 0 to below; `below` up to 2^32. Slightly uneven, which no measurement notices. */
  below(below: number): number
  word(): number
}

/** A stream of a seed. */
export function createWords(seed: string): Words {
  const random = createSeededRandom(seed)
  // xoshiro128** (Blackman and Vigna, public domain), seeded by SHA-256.
  const start = view(random.bytes(16))
  let [a, b, c, d] = [0, 4, 8, 12].map((at) => start.getUint32(at)) as [
    number,
    number,
    number,
    number,
  ]
  function word(): number {
    const product = Math.imul(b, 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return result
  }
  return { word, below: (below) => Math.floor((word() / 0x1_0000_0000) * below) }
}
