import { readCsv } from './gtfs/csv.ts'
import { minorUnits } from './gtfs/decimal.ts'
import { type Faults, readFile } from './reader.ts'
import type { FareTable } from './tariff.ts'

/** Columns of a matrix file by their names in its header. */
export interface MatrixColumns {
  readonly from: string
  readonly to: string
  /** Amounts in yuan or another currency of two decimals; each makes a table of this id. */
  readonly amounts: Readonly<Record<string, string>>
}

/**
 * Reads a file of fares from every station to every other, one pair a row, into a table for each
 * column of amounts. Stations are numbers 1 to 65535. Throws `fares.bad-tariff` with every fault
 * in `details.faults`: the path is `line:column`, the rules are those of tables.
 */
export function readFareMatrix(text: string, columns: MatrixColumns): readonly FareTable[] {
  const rows = readCsv(text)
  return fareMatrix(
    rows.map(({ cells }) => cells),
    columns,
    (row) => rows[row]?.line ?? row + 1,
  )
}

/** The same of rows that were read already, the header first. */
export function fareMatrix(
  rows: readonly (readonly string[])[],
  columns: MatrixColumns,
  lineOf: (row: number) => number = (row) => row + 1,
): readonly FareTable[] {
  return readFile(
    rows,
    (_value, _path, faults) => tablesOf(rows, { columns, lineOf, faults }),
    'fares.bad-tariff',
  )
}

interface With {
  readonly columns: MatrixColumns
  readonly lineOf: (row: number) => number
  readonly faults: Faults
}

/** An amount that no row has given yet. */
const NONE = -1

function tablesOf(rows: readonly (readonly string[])[], with_: With): FareTable[] {
  const { columns, lineOf, faults } = with_
  const ids = Object.keys(columns.amounts)
  const at = headerOf(rows[0] ?? [], with_)
  if (at === undefined) return []
  const stations = stationsOf(rows, at, with_)
  const size = stations.size
  const tables = ids.map(() => new Int32Array(size * size).fill(NONE))
  for (let row = 1; row < rows.length; row++) {
    const cells = rows[row] ?? []
    const from = stations.get(cells[at.from] ?? '')
    const to = stations.get(cells[at.to] ?? '')
    if (from === undefined || to === undefined) continue
    const pair = from * size + to
    for (let table = 0; table < ids.length; table++) {
      const column = at.amounts[table] ?? 0
      const text = cells[column] ?? ''
      const amount = minorUnits(text, 'CNY')
      const amounts = tables[table] as Int32Array
      if (amount === undefined || amount < 0 || amount > 100_000_000) {
        faults.add(`${lineOf(row)}:${column + 1}`, 'table.amount', `"${text}" is no amount`)
        amounts[pair] = 0
      } else if (amounts[pair] !== NONE) {
        const told = `${cells[at.from]} to ${cells[at.to]} is there twice`
        faults.add(`${lineOf(row)}:${column + 1}`, 'table.duplicate', told)
      } else amounts[pair] = amount
    }
  }
  checkPairs(tables[0], [...stations.keys()], faults)
  const places = [...stations.keys()].map((station) => [Number(station)])
  return ids.map((id, table): FareTable => {
    const amountsFen = [...(tables[table] as Int32Array)]
    return { id, places, symmetric: isSymmetric(amountsFen, size), amountsFen }
  })
}

interface Positions {
  readonly from: number
  readonly to: number
  readonly amounts: readonly number[]
}

function headerOf(header: readonly string[], { columns, faults }: With): Positions | undefined {
  const names = header.map((name) => name.trim())
  const wanted = [columns.from, columns.to, ...Object.values(columns.amounts)]
  const found = wanted.map((name) => names.indexOf(name))
  for (const [index, name] of wanted.entries()) {
    if (found[index] === -1) faults.add('1:1', 'missing-column', `there is no column "${name}"`)
  }
  if (found.includes(-1)) return undefined
  const [from = 0, to = 0, ...amounts] = found
  return { from, to, amounts }
}

/** Index of every station, in the order in which they come. */
function stationsOf(
  rows: readonly (readonly string[])[],
  at: Positions,
  { lineOf, faults }: With,
): Map<string, number> {
  const stations = new Map<string, number>()
  for (let row = 1; row < rows.length; row++) {
    for (const column of [at.from, at.to]) {
      const text = rows[row]?.[column] ?? ''
      if (stations.has(text)) continue
      const id = Number(text)
      if (/^\d+$/.test(text) && id >= 1 && id <= 65_535) stations.set(text, stations.size)
      else faults.add(`${lineOf(row)}:${column + 1}`, 'table.station', `"${text}" is no station`)
    }
  }
  return stations
}

function checkPairs(table: Int32Array | undefined, names: readonly string[], faults: Faults): void {
  const size = names.length
  const gaps: string[] = []
  for (let at = 0; table !== undefined && at < table.length; at++) {
    if (table[at] === NONE) gaps.push(`${names[Math.floor(at / size)]} to ${names[at % size]}`)
  }
  if (gaps.length === 0) return
  const told = `${size} stations need ${size * size} pairs; missing: ${gaps.slice(0, 5).join(', ')}`
  faults.add('', 'table.not-square', `${told}${gaps.length > 5 ? ' …' : ''}`)
}

function isSymmetric(amounts: readonly number[], size: number): boolean {
  for (let from = 0; from < size; from++) {
    for (let to = 0; to < from; to++) {
      if (amounts[from * size + to] !== amounts[to * size + from]) return false
    }
  }
  return true
}
