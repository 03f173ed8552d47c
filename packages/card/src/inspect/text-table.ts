/** Characters that take two columns in a terminal: Chinese and its punctuation. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/gu

/** Columns that a text takes in a terminal; the names here have no letters outside 16 bits. */
export function columnsOf(text: string): number {
  return text.length + (text.match(WIDE)?.length ?? 0)
}

/** A text filled with blanks to a number of columns. */
export function fill(text: string, columns: number, side: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, columns - columnsOf(text)))
  return side === 'left' ? text + blanks : blanks + text
}

/**
 * Rows with their columns aligned, two blanks between; `right` names columns of numbers. Control
 * characters, which a card can put into a label, print as dots.
 */
export function alignRows(
  texts: readonly (readonly string[])[],
  right: readonly number[] = [],
): readonly string[] {
  const rows = texts.map((row) => row.map((text) => text.replace(/\p{Cc}/gu, '·')))
  const count = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, i) =>
    Math.max(...rows.map((row) => columnsOf(row[i] ?? ''))),
  )
  return rows.map((row) =>
    widths
      .map((width, i) => fill(row[i] ?? '', width, right.includes(i) ? 'right' : 'left'))
      .join('  ')
      .trimEnd(),
  )
}
