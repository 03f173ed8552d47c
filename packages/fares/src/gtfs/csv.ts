/** One record of a CSV file with the line it begins on. */
export interface CsvRow {
  readonly line: number
  readonly cells: readonly string[]
}

/** Reads CSV in pieces of any size. */
export interface CsvReader {
  /** Rows that are complete with this piece of text. */
  push(text: string): CsvRow[]
  /** The last row, where the file does not end with a line break. */
  end(): CsvRow[]
  /** The line on which the row begins whose quote is still open; undefined where none is. */
  openQuote(): number | undefined
}

const BOM = 0xfeff

/**
 * A reader of RFC 4180 as GTFS uses it: quotes, doubled quotes, line breaks inside quotes, CRLF or
 * LF, a byte order mark; empty lines are no rows. Never throws: what is no CSV is found by its
 * columns.
 */
export function csvReader(): CsvReader {
  let cell = ''
  let cells: string[] = []
  let quoted = false
  /** A quote inside quotes that is doubled, or ends them with the next character. */
  let afterQuote = false
  let line = 1
  let rowLine = 1
  let first = true
  let rows: CsvRow[] = []

  function endRow(): void {
    cells.push(cell)
    cell = ''
    if (cells.length > 1 || cells[0] !== '') rows.push({ line: rowLine, cells })
    cells = []
    rowLine = line
  }

  /** Whole lines without a quote are split; the engine does that faster than any loop. */
  function takePlain(text: string): void {
    const lines = (text.includes('\r') ? text.replaceAll('\r', '') : text).split('\n')
    const rest = lines.pop() ?? ''
    for (const each of lines) {
      if (each !== '') rows.push({ line, cells: each.split(',') })
      line++
    }
    rowLine = line
    takeEach(rest)
  }

  function take(text: string): void {
    const end = quoted || text.includes('"') ? -1 : text.indexOf('\n')
    if (end < 0) return takeEach(text)
    if (cell === '' && cells.length === 0) return takePlain(text)
    takeEach(text.slice(0, end + 1))
    takePlain(text.slice(end + 1))
  }

  function takeEach(text: string): void {
    let plain = 0
    const flush = (to: number) => {
      if (to > plain) cell += text.slice(plain, to)
    }
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === 0x0a) line++
      if (quoted) {
        if (afterQuote) {
          afterQuote = false
          if (code === 0x22) {
            plain = at
            continue
          }
          quoted = false
        } else {
          if (code === 0x22) {
            flush(at)
            plain = at + 1
            afterQuote = true
          }
          continue
        }
      }
      switch (code) {
        case 0x22:
          flush(at)
          plain = at + 1
          quoted = true
          break
        case 0x2c:
          flush(at)
          plain = at + 1
          cells.push(cell)
          cell = ''
          break
        case 0x0d:
          flush(at)
          plain = at + 1
          break
        case 0x0a:
          flush(at)
          plain = at + 1
          endRow()
          break
        default:
      }
    }
    flush(text.length)
  }

  function taken(): CsvRow[] {
    const done = rows
    rows = []
    return done
  }

  return {
    push(text) {
      take(first && text.charCodeAt(0) === BOM ? text.slice(1) : text)
      first &&= text === ''
      return taken()
    },
    end() {
      if (cell !== '' || cells.length > 0) endRow()
      return taken()
    },
    openQuote: () => (quoted && !afterQuote ? rowLine : undefined),
  }
}

/** All rows of a text. */
export function readCsv(text: string): CsvRow[] {
  const reader = csvReader()
  return [...reader.push(text), ...reader.end()]
}
