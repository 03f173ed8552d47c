import { type CsvRow, csvReader } from './csv.ts'
import { minorUnits } from './decimal.ts'
import { type CellKind, type ColumnSpec, columnsOf, isFareTable } from './tables.ts'

/** A fault or notice of a feed, located. */
export interface FeedFault {
  readonly file: string
  /** 1 is the header; 0 stands for the whole file. */
  readonly line: number
  readonly column: string
  /** Stable name of what is wrong: `required`, `number`, `unknown-id` and so on. */
  readonly rule: string
  readonly message: string
  /** `notice`: the feed can be priced all the same. */
  readonly level: 'error' | 'notice'
}

/** A row as read: cells by column, absent or empty ones are ''. */
export interface FeedRow {
  readonly line: number
  cell(column: string): string
}

/** A file of a feed with the columns that it has. */
export interface FeedTable {
  readonly file: string
  readonly columns: ReadonlySet<string>
  readonly rows: readonly FeedRow[]
}

/** Reads one file in pieces; the table is there after `end`. */
export interface TableReader {
  push(text: string): void
  end(): FeedTable
}

/**
 * Reads a file by its columns. Every fault is noted with file, line and column; a row with a
 * fault is left out, and the feed is refused in the end. Draft and unknown columns are noticed.
 */
export function tableReader(file: string, note: (fault: FeedFault) => void): TableReader {
  const csv = csvReader()
  const specs = columnsOf(file) ?? {}
  let header: readonly string[] | undefined
  const rows: FeedRow[] = []

  function takeHeader({ cells, line }: CsvRow): void {
    header = cells.map((cell) => cell.trim())
    for (const [at, name] of header.entries()) {
      const known = Object.hasOwn(specs, name)
      if (header.indexOf(name) !== at) {
        fault({
          line,
          column: name,
          rule: 'duplicate-column',
          message: 'the column is there twice',
        })
      } else if (!known && isFareTable(file)) {
        note({
          file,
          line,
          column: name,
          rule: 'unknown-column',
          message: 'not an adopted column: it is left out of account',
          level: 'notice',
        })
      } else if (specs[name]?.draft) {
        const message = 'a draft column, not adopted yet: it is minded'
        note({ file, line, column: name, rule: 'draft-column', message, level: 'notice' })
      }
    }
    for (const [column, spec] of Object.entries(specs)) {
      if (spec.required && !header.includes(column)) {
        fault({ line, column, rule: 'missing-column', message: 'the column is required' })
      }
    }
  }

  function fault(what: Omit<FeedFault, 'file' | 'level'>): void {
    note({ file, level: 'error', ...what })
  }

  function takeRow(row: CsvRow, names: readonly string[]): void {
    const { line, cells } = row
    const values = new Map<string, string>()
    let clean = cells.length <= names.length
    if (!clean) {
      const message = `${cells.length} cells, but ${names.length} columns`
      fault({ line, column: '', rule: 'too-many-cells', message })
    }
    for (const [column, spec] of Object.entries(specs)) {
      const at = names.indexOf(column)
      const cell = (at < 0 ? undefined : cells[at])?.trim() ?? ''
      const wrong = at < 0 ? undefined : cellFault(cell, spec, values)
      if (wrong !== undefined) {
        clean = false
        fault({ line, column, ...wrong })
      }
      values.set(column, cell)
    }
    if (clean) rows.push({ line, cell: (column) => values.get(column) ?? '' })
  }

  function take(taken: readonly CsvRow[]): void {
    for (const row of taken) {
      if (header === undefined) takeHeader(row)
      else takeRow(row, header)
    }
  }

  return {
    push: (text) => take(csv.push(text)),
    end() {
      const line = csv.openQuote()
      take(csv.end())
      if (line !== undefined) {
        const message = 'a quote is never closed: the rest of the file lies inside it'
        fault({ line, column: '', rule: 'open-quote', message })
      }
      if (header === undefined) {
        fault({ line: 0, column: '', rule: 'empty-file', message: 'there is no header' })
      }
      return { file, columns: new Set(header), rows }
    },
  }
}

interface CellFault {
  readonly rule: string
  readonly message: string
}

const FORMS: Partial<Record<CellKind, readonly [rule: string, form: RegExp, wanted: string]>> = {
  currency: ['currency', /^[A-Z]{3}$/, 'three capital letters of ISO 4217 are needed'],
  count: ['number', /^\d{1,9}$/, 'a whole number from 0 is needed'],
  flag: ['flag', /^[01]$/, '0 or 1 is needed'],
  time: ['time', /^(\d{1,2}):[0-5]\d:[0-5]\d$/, 'a time HH:MM:SS is needed'],
  date: ['date', /^\d{8}$/, 'a date YYYYMMDD is needed'],
}

function cellFault(
  cell: string,
  spec: ColumnSpec,
  before: ReadonlyMap<string, string>,
): CellFault | undefined {
  if (cell === '') {
    return spec.required ? { rule: 'required', message: 'a value is required' } : undefined
  }
  if (spec.kind === 'enum' && !spec.values?.includes(cell)) {
    return { rule: 'enum', message: `"${cell}" is none of ${spec.values?.join(', ')}` }
  }
  if (spec.kind === 'amount' && minorUnits(cell, before.get('currency') ?? '') === undefined) {
    // Decimals are checked against the currency where both are known; here only the form.
    return /^-?\d{1,12}(\.\d{0,8})?$/.test(cell)
      ? undefined
      : { rule: 'amount', message: `"${cell}" is no amount` }
  }
  const form = FORMS[spec.kind]
  if (form !== undefined && !form[1].test(cell)) {
    return { rule: form[0], message: `${form[2]}, found "${cell}"` }
  }
  return undefined
}
