import { readFile } from 'node:fs/promises'
import { UnifareError } from '@unifare/core'
import { type FareTable, type Finding, lintTables, readCsv, readFareMatrix } from '@unifare/fares'

/** Columns of a matrix that name the stations of a pair. */
export interface MatrixPlaces {
  readonly from?: string
  readonly to?: string
}

/** A finding of a matrix: the column of amounts, and the pair of stations instead of a path. */
export interface MatrixFinding extends Finding {
  readonly column: string
}

const AMOUNT = /^\d+(\.\d{1,2})?$/

/**
 * Checks a file of fares from every station to every other, one pair a row. Every column of
 * amounts is a table; `from` and `to` name the columns of station numbers.
 */
export async function lintMatrix(
  file: string,
  { from, to }: MatrixPlaces,
): Promise<readonly MatrixFinding[]> {
  if (from === undefined || to === undefined) {
    const how = `${file}: name the columns of station numbers with --from and --to`
    throw new UnifareError('fares.no-tariff', how)
  }
  const text = await readFile(file, 'utf8')
  const columns = amountColumns(text, [from, to])
  const amounts = Object.fromEntries(columns.map((name) => [name, name]))
  const tables = readFareMatrix(text, { from, to, amounts })
  return lintTables(tables).map((one) => placed(one, tables))
}

/** Columns whose first row is an amount, but for the stations and what else is numbered. */
function amountColumns(text: string, places: readonly string[]): readonly string[] {
  const [header, first] = readCsv(text)
  return (header?.cells ?? []).filter(
    (name, at) => !places.includes(name) && AMOUNT.test(first?.cells[at] ?? ''),
  )
}

/** `tables[2].amountsFen[5]` as the column's name and the pair of stations. */
function placed(found: Finding, tables: readonly FareTable[]): MatrixFinding {
  const [, index = '0', at = '0'] = /^tables\[(\d+)\]\.amountsFen\[(\d+)\]$/.exec(found.path) ?? []
  const table = tables[Number(index)]
  const size = table?.places.length ?? 1
  const station = (place: number) => table?.places[place]?.[0] ?? 0
  const pair = [Math.floor(Number(at) / size), Number(at) % size].map(station)
  return { ...found, column: table?.id ?? '', path: pair.join(' → ') }
}
