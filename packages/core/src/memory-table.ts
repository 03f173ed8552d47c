import { assert } from './errors.ts'
import type { ColumnType } from './repository.ts'
import { type AnyTable, type Cells, cellsKey, checkTable, compareCells } from './rows.ts'

/** Rows of one table, found by key and by any columns that were ever asked for. */
export interface MemoryTable {
  get(key: string): Cells | undefined
  /** Sets or removes (undefined) the row of a key and returns what was there. */
  set(key: string, row: Cells | undefined): Cells | undefined
  /** Rows whose columns equal those given, in key order. */
  select(where: Cells, limit: number, after: Cells | undefined): Cells[]
}

interface Bucket {
  readonly rows: Map<string, Cells>
  /** In key order; built when first read, dropped when a change is no mere append. */
  sorted: Cells[] | undefined
}

interface Index {
  readonly columns: readonly string[]
  readonly buckets: Map<string, Bucket>
}

/** An empty table. Rows that go in are its own from then on. */
export function createMemoryTable(table: AnyTable): MemoryTable {
  checkTable(table)
  const compare = (a: Cells, b: Cells) => compareCells(table.key, a, b)
  const rows = new Map<string, Cells>()
  const indexes = new Map<string, Index>()

  function add(index: Index, key: string, row: Cells): void {
    const name = cellsKey(index.columns, row)
    const bucket: Bucket = index.buckets.get(name) ?? { rows: new Map(), sorted: [] }
    index.buckets.set(name, bucket)
    const last = bucket.sorted?.at(-1)
    bucket.rows.set(key, row)
    if (last === undefined || compare(last, row) < 0) bucket.sorted?.push(row)
    else bucket.sorted = undefined
  }

  function drop(index: Index, key: string, row: Cells): void {
    const name = cellsKey(index.columns, row)
    const bucket = index.buckets.get(name)
    if (bucket === undefined) return
    bucket.rows.delete(key)
    bucket.sorted = undefined
    if (bucket.rows.size === 0) index.buckets.delete(name)
  }

  function indexFor(columns: readonly string[]): Index {
    const name = columns.join()
    let index = indexes.get(name)
    if (index === undefined) {
      index = { columns, buckets: new Map() }
      indexes.set(name, index)
      for (const [key, row] of rows) add(index, key, row)
    }
    return index
  }

  return {
    get: (key) => rows.get(key),
    set(key, row) {
      const previous = rows.get(key)
      if (row === undefined) rows.delete(key)
      else rows.set(key, row)
      for (const index of indexes.values()) {
        if (previous !== undefined) drop(index, key, previous)
        if (row !== undefined) add(index, key, row)
      }
      return previous
    },
    select(where, limit, after) {
      const columns = Object.keys(where).sort()
      const bucket = indexFor(columns).buckets.get(cellsKey(columns, where))
      if (bucket === undefined) return []
      bucket.sorted ??= [...bucket.rows.values()].sort(compare)
      const from =
        after === undefined ? 0 : firstBehind(bucket.sorted, (row) => compare(row, after))
      return bucket.sorted.slice(from, from + limit)
    },
  }
}

/** Position of the first row that compares greater. */
function firstBehind(sorted: readonly Cells[], compare: (row: Cells) => number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    const row = sorted[middle]
    assert(row !== undefined, 'the middle lies inside')
    if (compare(row) > 0) high = middle
    else low = middle + 1
  }
  return low
}

/** A copy that shares nothing; JSON goes in as text, so that it comes out as a copy too. */
export function storeRow(table: AnyTable, row: Cells): Cells {
  return mapCells(table, row, (type, value) => {
    if (type === 'bytes') return new Uint8Array(value as Uint8Array)
    return type === 'json' ? JSON.stringify(value) : value
  })
}

/** The opposite of `storeRow`. */
export function loadRow(table: AnyTable, row: Cells): Cells {
  return mapCells(table, row, (type, value) => {
    if (type === 'bytes') return new Uint8Array(value as Uint8Array)
    return type === 'json' ? JSON.parse(value as string) : value
  })
}

function mapCells(
  table: AnyTable,
  row: Cells,
  change: (type: ColumnType, value: unknown) => unknown,
): Cells {
  const cells: Record<string, unknown> = {}
  for (const column in table.columns) {
    const type = table.columns[column]!
    const value = row[column]
    cells[column] = value === null ? null : change(type, value)
  }
  return cells
}
