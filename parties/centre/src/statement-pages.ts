import { type Day, fromUtf8, type Tx, table, utf8 } from '@unifare/core'
import { pagesOf, type Statement, type StatementLine } from './statement.ts'
import { lineText } from './statement-text.ts'
import { statements } from './tables.ts'

/** Lines of one statement message: keeps it under the size limit of a message. */
export const STATEMENT_PART_LINES = 1_500

/** Lines of a statement that is too long to be held whole while its day closes. */
export interface StatementPageRow {
  readonly day: Day
  readonly member: string
  readonly part: number
  /** Canonical JSON of the lines, commas between them: as it stands in messages and files. */
  readonly lines: Uint8Array
}

export const statementPages = table<StatementPageRow>({
  name: 'statement_lines',
  columns: { day: 'text', member: 'text', part: 'int', lines: 'bytes' },
  key: ['day', 'member', 'part'],
})

/** A member's statement of a closed day, whole; undefined where it has none. */
export async function loadStatement(
  tx: Tx,
  { day, member }: { readonly day: Day; readonly member: string },
): Promise<Statement | undefined> {
  const [row] = await tx.get(statements, [{ day, member }])
  if (row === undefined) return undefined
  const statement = row.statement as Statement
  const lines = [...statement.lines]
  for await (const page of storedPages(tx, { day, member })) lines.push(...readPage(page))
  return { ...statement, lines }
}

/** Pages of a stored statement as text, each read when it is asked for; none where it was stored whole. */
export async function* storedPages(
  tx: Tx,
  { day, member }: { readonly day: Day; readonly member: string },
): AsyncGenerator<Uint8Array> {
  for (let part = 0; ; part++) {
    const [row] = await tx.get(statementPages, [{ day, member, part }])
    if (row === undefined) return
    yield row.lines
  }
}

/** The lines of a page. */
export function readPage(page: Uint8Array): readonly StatementLine[] {
  return JSON.parse(`[${fromUtf8(page)}]`) as readonly StatementLine[]
}

/** All statements of a closed day, each read when it is asked for. */
export async function* loadStatements(tx: Tx, day: Day): AsyncGenerator<Statement> {
  for (const { member } of await tx.select(statements, { day })) {
    const statement = await loadStatement(tx, { day, member })
    if (statement !== undefined) yield statement
  }
}

/** Takes the lines of a day that closes now as they come, and keeps them in pages. */
export interface PageWriter {
  /** Lines that this centre did not make itself come with `canonicalJson`. */
  add(
    member: string,
    lines: readonly StatementLine[],
    textOf?: (line: StatementLine) => string,
  ): Promise<void>
  /** Keeps what is left; pages by member. */
  end(): Promise<ReadonlyMap<string, number>>
}

/** Opens the pages of a day; its writer holds one page of every member. */
export function createPageWriter(tx: Tx, day: Day): PageWriter {
  type TextLine = { readonly entry: StatementLine['entry'] | undefined; readonly text: string }
  const open = new Map<string, { parts: number; lines: TextLine[] }>()
  const put = async (member: string, part: number, lines: readonly TextLine[]) =>
    tx.put(statementPages, [
      { day, member, part, lines: utf8(lines.map(({ text }) => text).join(',')) },
    ])
  return {
    async add(member, lines, textOf = lineText) {
      const own = open.get(member) ?? { parts: 0, lines: [] }
      open.set(member, own)
      for (const line of lines) own.lines.push({ entry: line.entry, text: textOf(line) })
      // A page ends by what follows it: the last one stays open.
      const pages = pagesOf(own.lines, STATEMENT_PART_LINES)
      own.lines = pages.pop() ?? []
      for (const page of pages) await put(member, own.parts++, page)
    },
    async end() {
      const counts = new Map<string, number>()
      for (const [member, { parts, lines }] of open) {
        await put(member, parts, lines)
        counts.set(member, parts + 1)
      }
      return counts
    },
  }
}
