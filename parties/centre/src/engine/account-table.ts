import { accountHash } from './account-hash.ts'
import type { Scratch } from './scratch.ts'

/** The accounts of a shard, numbered as they first come. */
export interface AccountTable {
  readonly count: number
  readonly hashes: Uint32Array
  /** Number of the account whose 14 bytes stand at a place; a new one when it is unknown. */
  number(words: DataView, at: number, medium: number): number
  /** The same, -1 when it is unknown. */
  find(words: DataView, at: number, medium: number): number
  /** Order of two accounts by their bytes. */
  compare(one: number, other: number): number
}

/** Words of an account: 14 bytes and the medium. */
const KEY_WORDS = 4

/** An empty table for at most `capacity` accounts. */
export function createAccountTable(capacity: number, scratch: Scratch): AccountTable {
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, capacity * 2)))
  const table = scratch.i32(size).fill(-1)
  const hashes = scratch.u32(capacity)
  // Copied from the records, so that a look at an account is one at a few bytes, not at a record.
  const keys = scratch.u32(capacity * KEY_WORDS)
  let count = 0

  /** Where the account stands in the table, or the empty place where it would. */
  function placeOf(words: DataView, at: number, medium: number, hash: number): number {
    let place = hash & (size - 1)
    for (;;) {
      const known = table[place]!
      if (known === -1) return place
      const key = known * KEY_WORDS
      const same =
        hashes[known] === hash &&
        keys[key + 2] === words.getUint32(at + 8) &&
        keys[key + 1] === words.getUint32(at + 4) &&
        keys[key] === words.getUint32(at) &&
        keys[key + 3] === words.getUint16(at + 12) * 0x100 + medium
      if (same) return place
      place = (place + 1) & (size - 1)
    }
  }

  return {
    get count() {
      return count
    },
    hashes,
    number(words, at, medium) {
      const hash = accountHash(words, at, medium)
      const place = placeOf(words, at, medium, hash)
      if (table[place] === -1) {
        hashes[count] = hash
        const key = count * KEY_WORDS
        keys[key] = words.getUint32(at)
        keys[key + 1] = words.getUint32(at + 4)
        keys[key + 2] = words.getUint32(at + 8)
        keys[key + 3] = words.getUint16(at + 12) * 0x100 + medium
        table[place] = count++
      }
      return table[place]!
    },
    find: (words, at, medium) => table[placeOf(words, at, medium, accountHash(words, at, medium))]!,
    compare(one, other) {
      for (let i = 0; i < KEY_WORDS; i++) {
        const difference = keys[one * KEY_WORDS + i]! - keys[other * KEY_WORDS + i]!
        if (difference !== 0) return difference
      }
      return 0
    },
  }
}

/** Whether 14 bytes are the same. */
export function sameAccount(one: DataView, a: number, other: DataView, b: number): boolean {
  return (
    one.getUint32(a + 8) === other.getUint32(b + 8) &&
    one.getUint32(a + 4) === other.getUint32(b + 4) &&
    one.getUint16(a + 12) === other.getUint16(b + 12) &&
    one.getUint32(a) === other.getUint32(b)
  )
}
