/** Numbers for keys of two words and a half: operator, issuer, kind of ride. */
export interface KeyTable {
  readonly count: number
  /** Number of a key; a new one, counted on, when it is unknown. */
  add(first: number, second: number, third: number): number
  /** The same, -1 when it is unknown. */
  find(first: number, second: number, third: number): number
  readonly first: Uint32Array
  readonly second: Uint32Array
  readonly third: Uint16Array
}

const MIN = 1_024

/** An empty table; it grows. `first` and the others are other arrays after `add` made it grow. */
export function createKeyTable(): KeyTable {
  let first = new Uint32Array(MIN)
  let second = new Uint32Array(MIN)
  let third = new Uint16Array(MIN)
  let table = new Int32Array(MIN * 2).fill(-1)
  let count = 0

  function placeOf(a: number, b: number, c: number): number {
    const mask = table.length - 1
    let place = hashOf(a, b, c) & mask
    for (;;) {
      const known = table[place]!
      if (known === -1) return place
      if (first[known] === a && second[known] === b && third[known] === c) return place
      place = (place + 1) & mask
    }
  }

  function grow(): void {
    const capacity = count * 2
    first = enlarged(first, new Uint32Array(capacity))
    second = enlarged(second, new Uint32Array(capacity))
    third = enlarged(third, new Uint16Array(capacity))
    table = new Int32Array(capacity * 2).fill(-1)
    for (let i = 0; i < count; i++) table[placeOf(first[i]!, second[i]!, third[i]!)] = i
  }

  return {
    get count() {
      return count
    },
    get first() {
      return first
    },
    get second() {
      return second
    },
    get third() {
      return third
    },
    add(a, b, c) {
      const known = table[placeOf(a, b, c)]!
      if (known !== -1) return known
      if (count === first.length) grow()
      first[count] = a
      second[count] = b
      third[count] = c
      table[placeOf(a, b, c)] = count
      return count++
    },
    find: (a, b, c) => table[placeOf(a, b, c)]!,
  }
}

/** A copy at the front of a longer array. */
export function enlarged<T extends Uint32Array | Uint16Array | Int32Array | Float64Array>(
  from: T,
  to: T,
): T {
  to.set(from)
  return to
}

function hashOf(a: number, b: number, c: number): number {
  let hash = Math.imul(a ^ Math.imul(b, 0x85ebca6b), 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 15) ^ c, 0xc2b2ae35)
  return hash ^ (hash >>> 13)
}
