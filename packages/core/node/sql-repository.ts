import { assert } from '../src/errors.ts'
import type { Repository, Table, Tx } from '../src/repository.ts'
import { type AnyTable, type Cells, cellsKey, checkCells, checkEquality } from '../src/rows.ts'
import { createSerial } from '../src/serial.ts'
import { decodeRow, encodeRows, quote, type Statements, statementsFor } from './sql-statements.ts'

/** What a driver offers inside a transaction. */
export interface SqlSession {
  query(text: string, params?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
}

/** A database that runs work in transactions: commit when it resolves, roll back when it throws. */
export interface SqlDatabase {
  /** No other process can use the database: schemas need no locks of their own. */
  readonly exclusive: boolean
  transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T>
}

/** Rows of one statement: bounds the size of its JSON parameter. */
const CHUNK_ROWS = 2000

/**
 * The repository of one institution: a schema of its own, tables created when first used.
 * Transactions of a schema exclude each other across processes too.
 */
export async function createSqlRepository(
  database: SqlDatabase,
  schema: string,
): Promise<Repository> {
  assert(/^[A-Za-z0-9_-]{1,63}$/.test(schema), `not a name of a schema: ${schema}`)
  const known = new Map<string, Statements>()
  const serial = createSerial()
  let closed = false

  async function begin(session: SqlSession): Promise<void> {
    if (database.exclusive) return
    const lock = 'select pg_advisory_xact_lock(hashtextextended($1, 0))'
    await session.query(lock, [`unifare ${schema}`])
  }

  await database.transaction(async (session) => {
    await begin(session)
    await session.query(`create schema if not exists ${quote(schema)}`)
  })

  return {
    transaction: (work) =>
      serial(() => {
        assert(!closed, 'the repository is closed')
        const created = new Map(known)
        return database
          .transaction(async (session) => {
            await begin(session)
            return await runWork(session, { schema, known: created }, work)
          })
          .then((result) => {
            for (const [name, statements] of created) known.set(name, statements)
            return result
          })
      }),
    async close() {
      closed = true
      await serial(() => Promise.resolve())
    },
  }
}

async function runWork<T>(
  session: SqlSession,
  tables: { readonly schema: string; readonly known: Map<string, Statements> },
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  let over = false
  let failure: { readonly cause: unknown } | undefined
  // After a failed statement the server would turn the commit into a silent rollback.
  async function query(text: string, params?: unknown[]): Promise<readonly Cells[]> {
    assert(!over, 'the transaction is over')
    try {
      return (await session.query(text, params)).rows as readonly Cells[]
    } catch (cause) {
      failure ??= { cause }
      throw cause
    }
  }
  async function open(table: AnyTable): Promise<Statements> {
    const opened = tables.known.get(table.name)
    if (opened !== undefined) return opened
    const statements = statementsFor(tables.schema, table)
    for (const text of statements.create) await query(text)
    tables.known.set(table.name, statements)
    return statements
  }
  try {
    const result = await work(createTx(query, open))
    if (failure !== undefined) throw failure.cause
    return result
  } finally {
    over = true
  }
}

function createTx(
  query: (text: string, params?: unknown[]) => Promise<readonly Cells[]>,
  open: (table: AnyTable) => Promise<Statements>,
): Tx {
  return {
    async get<Row extends object>(table: Table<Row>, keys: readonly Partial<Row>[]) {
      for (const key of keys) checkCells(table, key as Cells, table.key)
      const { get } = await open(table)
      const found = new Map<string, Cells>()
      for (const chunk of chunks(keys as readonly Cells[])) {
        for (const row of await query(get, encodeRows(table, table.key, chunk))) {
          const cells = decodeRow(table, row)
          found.set(cellsKey(table.key, cells), cells)
        }
      }
      return keys.map((key) => {
        const row = found.get(cellsKey(table.key, key as Cells))
        return row && ({ ...row } as Row)
      })
    },
    async put(table, rows) {
      const columns = Object.keys(table.columns)
      for (const row of rows) checkCells(table, row as Cells, columns)
      const { put } = await open(table)
      // One statement must not touch a row twice: of equal keys the last row stays.
      const last = new Map((rows as readonly Cells[]).map((row) => [cellsKey(table.key, row), row]))
      for (const chunk of chunks([...last.values()]))
        await query(put, encodeRows(table, columns, chunk))
    },
    async select<Row extends object>(
      table: Table<Row>,
      where: Partial<Row>,
      options: { readonly limit?: number; readonly after?: Partial<Row> } = {},
    ) {
      checkCells(table, where as Cells, [])
      checkEquality(table, where as Cells)
      const after = options.after && ({ ...where, ...options.after } as Cells)
      if (after !== undefined) checkCells(table, after, table.key)
      const statements = await open(table)
      const { text, params } = statements.select(where as Cells, options.limit, after)
      return (await query(text, params)).map((row) => decodeRow(table, row) as Row)
    },
    async remove(table, keys) {
      for (const key of keys) checkCells(table, key as Cells, table.key)
      const { remove } = await open(table)
      for (const chunk of chunks(keys as readonly Cells[])) {
        await query(remove, encodeRows(table, table.key, chunk))
      }
    },
  }
}

function* chunks<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += CHUNK_ROWS) yield items.slice(at, at + CHUNK_ROWS)
}
