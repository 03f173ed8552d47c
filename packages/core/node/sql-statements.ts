import { toHex } from '../src/bytes.ts'
import type { ColumnType } from '../src/repository.ts'
import { type AnyTable, type Cells, checkTable } from '../src/rows.ts'

/** The SQL of one table, in PostgreSQL's dialect. Rows travel as one JSON parameter. */
export interface Statements {
  /** Creates table and indexes where they are missing. */
  readonly create: readonly string[]
  /** $1: array of keys. */
  readonly get: string
  /** $1: array of rows. */
  readonly put: string
  /** $1: array of keys. */
  readonly remove: string
  /** Text and parameters of a selection; `after` holds the whole key. */
  select(where: Cells, limit: number | undefined, after: Cells | undefined): Query
}

export interface Query {
  readonly text: string
  readonly params: unknown[]
}

// Text in the "C" collation sorts by bytes, whatever the database's own collation is.
const SQL_TYPE = {
  text: 'text collate "C"',
  int: 'bigint',
  bool: 'boolean',
  bytes: 'bytea',
  json: 'jsonb',
} as const satisfies Record<ColumnType, string>

const JSON_TYPE = {
  text: 'text',
  int: 'bigint',
  bool: 'boolean',
  bytes: 'text',
  json: 'jsonb',
} as const satisfies Record<ColumnType, string>

/** Statements for a table in a schema. */
export function statementsFor(schema: string, table: AnyTable): Statements {
  checkTable(table)
  const name = `${quote(schema)}.${quote(table.name)}`
  const columns = Object.keys(table.columns)
  const others = columns.filter((column) => !table.key.includes(column))
  const keyList = list(table.key)
  const given = (names: readonly string[]) => recordset(table, names)
  const values = (names: readonly string[]) => names.map((column) => fromJson(table, column))
  const matches = table.key.map((key) => `t.${quote(key)} = ${fromJson(table, key)}`).join(' and ')
  const update = others.map((column) => `${quote(column)} = excluded.${quote(column)}`)
  return {
    create: [
      `create table if not exists ${name} (${definitions(table)}, primary key (${keyList}))`,
      ...(table.indexes ?? []).map(
        (index) =>
          `create index if not exists ${quote([table.name, ...index].join('_').slice(0, 63))} on ${name} (${list(index)})`,
      ),
    ],
    get: `select ${list(columns, 't.')} from ${given(table.key)} join ${name} t on ${matches}`,
    put:
      `insert into ${name} (${list(columns)}) select ${values(columns).join(', ')} ` +
      `from ${given(columns)} on conflict (${keyList}) ` +
      (update.length === 0 ? 'do nothing' : `do update set ${update.join(', ')}`),
    remove: `delete from ${name} t using ${given(table.key)} where ${matches}`,
    select(where, limit, after) {
      const params: unknown[] = []
      const param = (value: unknown) => `$${params.push(value)}`
      const conditions = Object.entries(where).map(([column, value]) =>
        value === null ? `${quote(column)} is null` : `${quote(column)} = ${param(value)}`,
      )
      if (after !== undefined) {
        const last = table.key.map((column) => param(after[column])).join(', ')
        conditions.push(`(${keyList}) > (${last})`)
      }
      const filter = conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`
      const end = limit === undefined ? '' : ` limit ${param(limit)}`
      return {
        text: `select ${list(columns)} from ${name}${filter} order by ${keyList}${end}`,
        params,
      }
    },
  }
}

/** Rows or keys as the JSON parameter of a statement. */
export function encodeRows(
  table: AnyTable,
  columns: readonly string[],
  rows: readonly Cells[],
): string {
  return JSON.stringify(
    rows.map((row) =>
      Object.fromEntries(
        columns.map((column) => {
          const value = row[column]
          const isBytes = table.columns[column] === 'bytes' && value !== null
          return [column, isBytes ? toHex(value as Uint8Array) : value]
        }),
      ),
    ),
  )
}

/** A row as the driver gives it, in the types of the table. */
export function decodeRow(table: AnyTable, row: Cells): Cells {
  const cells: Record<string, unknown> = {}
  for (const [column, type] of Object.entries(table.columns)) {
    const value = row[column]
    cells[column] = value === null ? null : decodeValue(type, value)
  }
  return cells
}

function decodeValue(type: ColumnType, value: unknown): unknown {
  switch (type) {
    case 'int':
      return Number(value)
    case 'bytes':
      return new Uint8Array(value as Uint8Array)
    case 'text':
    case 'bool':
    case 'json':
      return value
  }
}

/** An identifier in double quotes. */
export function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}

function list(columns: readonly string[], prefix = ''): string {
  return columns.map((column) => prefix + quote(column)).join(', ')
}

function definitions(table: AnyTable): string {
  return Object.entries(table.columns)
    .map(([column, type]) => `${quote(column)} ${SQL_TYPE[type]}`)
    .join(', ')
}

function recordset(table: AnyTable, columns: readonly string[]): string {
  const types = columns.map(
    (column) => `${quote(column)} ${JSON_TYPE[table.columns[column] ?? 'text']}`,
  )
  return `json_to_recordset($1::json) as x(${types.join(', ')})`
}

function fromJson(table: AnyTable, column: string): string {
  const value = `x.${quote(column)}`
  return table.columns[column] === 'bytes' ? `decode(${value}, 'hex')` : value
}
