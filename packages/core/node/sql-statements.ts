import { concat } from '../src/bytes.ts'
import type { ColumnType } from '../src/repository.ts'
import { type AnyTable, type Cells, checkTable } from '../src/rows.ts'

/**
 * The SQL of one table, in PostgreSQL's dialect. Rows travel as one JSON parameter; their bytes, where
 * there are any, as they are in a second one, in which the rows tell their places.
 */
export interface Statements {
  /** Creates table and indexes where they are missing. */
  readonly create: readonly string[]
  /** Takes keys as `encodeRows` gives them. */
  readonly get: string
  /** Takes rows as `encodeRows` gives them. */
  readonly put: string
  /** Takes keys as `encodeRows` gives them. */
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
  json: 'jsonb',
} as const satisfies Record<Exclude<ColumnType, 'bytes'>, string>

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

/** Rows or keys as the parameters of a statement. */
export function encodeRows(
  table: AnyTable,
  columns: readonly string[],
  rows: readonly Cells[],
): unknown[] {
  const isBytes = columns.map((column) => table.columns[column] === 'bytes')
  const parts: Uint8Array[] = []
  let end = 0
  const cells = rows.map((row) => {
    const given: Record<string, unknown> = {}
    for (const [i, column] of columns.entries()) {
      const value = row[column]
      if (!isBytes[i]) given[column] = value
      else if (value === null) given[`${column}${AT}`] = null
      else {
        const bytes = value as Uint8Array
        parts.push(bytes)
        given[`${column}${AT}`] = end + 1
        given[`${column}${LENGTH}`] = bytes.length
        end += bytes.length
      }
    }
    return given
  })
  const json = JSON.stringify(cells)
  return isBytes.includes(true) ? [json, joined(parts)] : [json]
}

/** Parts one behind the other; a single one as it is, which may be long. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts
  return only !== undefined && parts.length === 1 ? only : concat(...parts)
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

/** Behind the name of a column of bytes: where they begin in the second parameter, from 1 on. */
const AT = '@'
/** How many they are. */
const LENGTH = '#'

function recordset(table: AnyTable, columns: readonly string[]): string {
  const types = columns.flatMap((column) => {
    const type = table.columns[column] ?? 'text'
    return type === 'bytes'
      ? [`${quote(column + AT)} int`, `${quote(column + LENGTH)} int`]
      : [`${quote(column)} ${JSON_TYPE[type]}`]
  })
  return `json_to_recordset($1::json) as x(${types.join(', ')})`
}

function fromJson(table: AnyTable, column: string): string {
  return table.columns[column] === 'bytes'
    ? `substr($2::bytea, x.${quote(column + AT)}, x.${quote(column + LENGTH)})`
    : `x.${quote(column)}`
}
