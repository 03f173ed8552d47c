import { compareBytes, toHex } from './bytes.ts'
import { assert } from './errors.ts'
import type { ColumnType } from './repository.ts'

/** A row or a part of one, whatever its table. */
export type Cells = Readonly<Record<string, unknown>>

/** A table whose row type does not matter here. */
export interface AnyTable {
  readonly name: string
  readonly columns: Readonly<Record<string, ColumnType>>
  readonly key: readonly string[]
  readonly indexes?: readonly (readonly string[])[]
}

const IDENTIFIER = /^[A-Za-z][A-Za-z0-9_]{0,47}$/

/**
 * Order of texts by their UTF-8 bytes, which is the order of code points: what a "C" collation
 * does, and what JavaScript's own order of UTF-16 units does not.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i)
    const right = b.charCodeAt(i)
    if (left !== right) return codePointRank(left) - codePointRank(right)
  }
  return a.length - b.length
}

/** Surrogates stand for code points above all other units. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}

/** Throws a `TypeError` unless the description can be stored everywhere. */
export function checkTable(table: AnyTable): void {
  for (const name of [table.name, ...Object.keys(table.columns)]) {
    assert(IDENTIFIER.test(name), `not a name of a table or column: ${name}`)
  }
  assert(table.key.length > 0, `${table.name}: a table needs a key`)
  for (const column of [table.key, ...(table.indexes ?? [])].flat()) {
    checkEquality(table, { [column]: null })
  }
}

/** Throws a `TypeError` when rows cannot be told apart by these columns: JSON has many texts. */
export function checkEquality(table: AnyTable, cells: Cells): void {
  for (const column in cells) {
    const type = table.columns[column] ?? 'json'
    assert(type !== 'json', `${table.name}.${column}: rows are not found by this column`)
  }
}

/**
 * Throws a `TypeError` unless every given cell fits its column: NULL anywhere but in the key,
 * text without U+0000 and lone surrogates (no SQL text holds them), safe integers.
 */
export function checkCells(table: AnyTable, cells: Cells, needed: readonly string[]): void {
  for (const column of needed) {
    if (cells[column] === undefined) throw misfit(table, column, 'a value is needed')
  }
  for (const column in cells) {
    const type = table.columns[column]
    const value = cells[column]
    if (type === undefined) throw misfit(table, column, 'no such column')
    if (value === null ? table.key.includes(column) : !fits(type, value)) {
      throw misfit(table, column, `does not hold ${typeof value}`)
    }
  }
}

function misfit({ name }: AnyTable, column: string, why: string): TypeError {
  return new TypeError(`${name}.${column}: ${why}`)
}

function fits(type: ColumnType, value: unknown): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string' && isPlainText(value)
    case 'int':
      return Number.isSafeInteger(value)
    case 'bool':
      return typeof value === 'boolean'
    case 'bytes':
      return value instanceof Uint8Array
    case 'json':
      return (
        value !== undefined && !/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i.test(JSON.stringify(value))
      )
  }
}

const ASCII = /^[ -~]*$/

function isPlainText(text: string): boolean {
  if (ASCII.test(text)) return true
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text)
}

/** One text for the values of some columns; equal exactly when the values are equal. */
export function cellsKey(columns: readonly string[], cells: Cells): string {
  let key = ''
  for (const column of columns) key += `${key === '' ? '' : '\0'}${cellText(cells[column])}`
  return key
}

function cellText(value: unknown): string {
  if (value === null) return 'n'
  if (value instanceof Uint8Array) return `v${toHex(value)}`
  return typeof value === 'string' ? `v${value}` : `v${JSON.stringify(value)}`
}

/** Order of rows by some columns: bytes and text by byte, integers by value, false before true. */
export function compareCells(columns: readonly string[], a: Cells, b: Cells): number {
  for (const column of columns) {
    const difference = compareValues(a[column], b[column])
    if (difference !== 0) return difference
  }
  return 0
}

function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b)
  return Number(a) - Number(b)
}
