/** Rows in groups: group g are the rows `order[starts[g]]` to `order[starts[g + 1] - 1]`. */
export interface Groups {
  readonly groups: number
  readonly order: Uint32Array
  readonly starts: Uint32Array
}

/**
 * Groups the rows that begin at some places by the 8 bytes at an offset in them and by a number of
 * theirs, if any, groups and rows in the order in which they come. Linear in the number of rows: a
 * table of the first row of every group, open addressing.
 */
export function groupRows(
  words: DataView,
  at: Uint32Array,
  offset: number,
  numbers?: Uint32Array,
): Groups {
  const count = at.length
  const capacity = 2 ** Math.ceil(Math.log2(Math.max(2, count * 2)))
  const table = new Int32Array(capacity).fill(-1)
  const [high, low] = [new Uint32Array(count), new Uint32Array(count)]
  const third = new Uint32Array(count)
  const groupOf = new Uint32Array(count)
  let groups = 0
  at.forEach((from, row) => {
    const a = words.getUint32(from + offset)
    const b = words.getUint32(from + offset + 4)
    const c = numbers?.[row] ?? 0
    let place = mix(a, b ^ Math.imul(c, 0x27d4eb2f)) & (capacity - 1)
    for (;;) {
      const group = table[place]!
      if (group === -1) {
        table[place] = groups
        high[groups] = a
        low[groups] = b
        third[groups] = c
        groupOf[row] = groups++
        return
      }
      if (high[group] === a && low[group] === b && third[group] === c) {
        groupOf[row] = group
        return
      }
      place = (place + 1) & (capacity - 1)
    }
  })
  return { groups, ...sorted(groupOf, groups) }
}

function sorted(groupOf: Uint32Array, groups: number): Omit<Groups, 'groups'> {
  const starts = new Uint32Array(groups + 1)
  for (const group of groupOf) starts[group + 1]! += 1
  for (let group = 0; group < groups; group++) starts[group + 1]! += starts[group]!
  const next = starts.slice()
  const order = new Uint32Array(groupOf.length)
  groupOf.forEach((group, row) => {
    order[next[group]!++] = row
  })
  return { order, starts }
}

/** Numbers of cards count up: their bits must spread over the whole table. */
function mix(a: number, b: number): number {
  let hash = Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b)
  hash ^= hash >>> 15
  hash = Math.imul(hash, 0xc2b2ae35)
  return hash ^ (hash >>> 13)
}
