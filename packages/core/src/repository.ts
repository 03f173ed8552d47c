/** A value that a column holds. `int` is a safe integer, `bytes` raw, `json` any JSON value. */
export type ColumnType = 'text' | 'int' | 'bool' | 'bytes' | 'json'

/** A table described once; memory, PGlite and PostgreSQL all follow this description. */
export interface Table<Row extends object> {
  readonly name: string
  readonly columns: Readonly<Record<keyof Row & string, ColumnType>>
  /** Columns of the primary key, in order. */
  readonly key: readonly (keyof Row & string)[]
  /** Further columns that are looked up by equality. */
  readonly indexes?: readonly (readonly (keyof Row & string)[])[]
}

/** State and money of one institution. Logic never lives in it: it stores and finds rows. */
export interface Repository {
  /** All or nothing; transactions of one repository run one after the other. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface Tx {
  /** Rows by primary key, in the order asked; undefined where there is none. */
  get<Row extends object>(
    table: Table<Row>,
    keys: readonly Partial<Row>[],
  ): Promise<(Row | undefined)[]>
  /** Inserts or replaces whole rows by primary key. */
  put<Row extends object>(table: Table<Row>, rows: readonly Row[]): Promise<void>
  /** Rows whose columns equal those given, in key order (text in byte order), at most `limit`, after a key. */
  select<Row extends object>(
    table: Table<Row>,
    where: Partial<Row>,
    options?: { readonly limit?: number; readonly after?: Partial<Row> },
  ): Promise<Row[]>
  /** Removes rows by primary key; a missing one is no error. */
  remove<Row extends object>(table: Table<Row>, keys: readonly Partial<Row>[]): Promise<void>
}

/** Describes a table; the type parameter checks columns against the row type. */
export function table<Row extends object>(description: Table<Row>): Table<Row> {
  return description
}
