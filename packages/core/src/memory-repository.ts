import { assert } from './errors.ts'
import { createMemoryTable, loadRow, type MemoryTable, storeRow } from './memory-table.ts'
import type { Repository, Table, Tx } from './repository.ts'
import { type AnyTable, type Cells, cellsKey, checkCells, checkEquality } from './rows.ts'
import { createSerial } from './serial.ts'

/** A repository in memory, for tests, the twin and the browser; it keeps nothing. */
export function createMemoryRepository(): Repository {
  const tables = new Map<string, MemoryTable>()
  const serial = createSerial()
  let closed = false

  function open(table: AnyTable): MemoryTable {
    const opened = tables.get(table.name) ?? createMemoryTable(table)
    tables.set(table.name, opened)
    return opened
  }

  return {
    transaction: (work) =>
      serial(async () => {
        assert(!closed, 'the repository is closed')
        const undo: (() => void)[] = []
        let over = false
        const tx = createTx((table) => {
          assert(!over, 'the transaction is over')
          return open(table)
        }, undo)
        try {
          return await work(tx)
        } catch (error) {
          for (const step of undo.reverse()) step()
          throw error
        } finally {
          over = true
        }
      }),
    async close() {
      closed = true
    },
  }
}

function createTx(open: (table: AnyTable) => MemoryTable, undo: (() => void)[]): Tx {
  function set(rows: MemoryTable, key: string, row: Cells | undefined): void {
    const previous = rows.set(key, row)
    undo.push(() => rows.set(key, previous))
  }

  return {
    async get<Row extends object>(table: Table<Row>, keys: readonly Partial<Row>[]) {
      const rows = open(table)
      return keys.map((key) => {
        checkCells(table, key as Cells, table.key)
        const row = rows.get(cellsKey(table.key, key as Cells))
        return row === undefined ? undefined : (loadRow(table, row) as Row)
      })
    },
    async put(table, rows) {
      const stored = open(table)
      const columns = Object.keys(table.columns)
      for (const row of rows) checkCells(table, row as Cells, columns)
      for (const row of rows) {
        set(stored, cellsKey(table.key, row as Cells), storeRow(table, row as Cells))
      }
    },
    async select<Row extends object>(
      table: Table<Row>,
      where: Partial<Row>,
      options: { readonly limit?: number; readonly after?: Partial<Row> } = {},
    ) {
      const { limit = Number.POSITIVE_INFINITY } = options
      const rows = open(table)
      checkCells(table, where as Cells, [])
      checkEquality(table, where as Cells)
      const after = options.after && { ...where, ...options.after }
      if (after !== undefined) checkCells(table, after as Cells, table.key)
      const found = rows.select(where as Cells, limit, after as Cells | undefined)
      return found.map((row) => loadRow(table, row) as Row)
    },
    async remove(table, keys) {
      const rows = open(table)
      for (const key of keys) checkCells(table, key as Cells, table.key)
      for (const key of keys) set(rows, cellsKey(table.key, key as Cells), undefined)
    },
  }
}
