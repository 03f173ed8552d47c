import { accountHash } from './account-hash.ts'

/** The accounts of a shard, numbered as they first come. */
export interface AccountTable {
  readonly count: number
  readonly hashes: Uint32Array
  /** Place of each account's first 14 bytes, in the array that they were read from. */
  readonly places: Uint32Array
  /** Number of the account whose 14 bytes stand at a place; a new one when it is unknown. */
  number(at: number, medium: number): number
  /** The same, -1 when it is unknown; the bytes may stand in another array. */
  find(words: DataView, at: number, medium: number): number
}

/** An empty table for at most `capacity` accounts of one array of records. */
export function createAccountTable(words: DataView, capacity: number): AccountTable {
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, capacity * 2)))
  const table = new Int32Array(size).fill(-1)
  const hashes = new Uint32Array(capacity)
  const places = new Uint32Array(capacity)
  const media = new Uint8Array(capacity)
  let count = 0

  /** Where the account stands in the table, or the empty place where it would. */
  function placeOf(from: DataView, at: number, medium: number, hash: number): number {
    let place = hash & (size - 1)
    for (;;) {
      const known = table[place]!
      if (known === -1) return place
      const same =
        hashes[known] === hash &&
        media[known] === medium &&
        sameAccount(words, places[known]!, from, at)
      if (same) return place
      place = (place + 1) & (size - 1)
    }
  }

  return {
    get count() {
      return count
    },
    hashes,
    places,
    number(at, medium) {
      const hash = accountHash(words, at, medium)
      const place = placeOf(words, at, medium, hash)
      if (table[place] === -1) {
        hashes[count] = hash
        places[count] = at
        media[count] = medium
        table[place] = count++
      }
      return table[place]!
    },
    find: (from, at, medium) => table[placeOf(from, at, medium, accountHash(from, at, medium))]!,
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

/** Order of the 14 bytes as they stand. */
export function compareAccounts(one: DataView, a: number, other: DataView, b: number): number {
  for (let i = 0; i < 14; i++) {
    const difference = one.getUint8(a + i) - other.getUint8(b + i)
    if (difference !== 0) return difference
  }
  return 0
}
