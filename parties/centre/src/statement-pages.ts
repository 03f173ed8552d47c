import { type Day, type Tx, table } from '@unifare/core'
import { pagesOf, type Statement, type StatementLine } from './statement.ts'
import { statements } from './tables.ts'

/** Lines of one statement message: keeps it under the size limit of a message. */
export const STATEMENT_PART_LINES = 1_500

/** Lines of a statement that is too long to be held whole while its day closes. */
export interface StatementPageRow {
  readonly day: Day
  readonly member: string
  readonly part: number
  readonly lines: unknown
}

export const statementPages = table<StatementPageRow>({
  name: 'statement_page',
  columns: { day: 'text', member: 'text', part: 'int', lines: 'json' },
  key: ['day', 'member', 'part'],
  indexes: [['day', 'member']],
})

/** A member's statement of a closed day, whole; undefined where it has none. */
export async function loadStatement(
  tx: Tx,
  { day, member }: { readonly day: Day; readonly member: string },
): Promise<Statement | undefined> {
  const [row] = await tx.get(statements, [{ day, member }])
  if (row === undefined) return undefined
  const statement = row.statement as Statement
  const pages = await tx.select(statementPages, { day, member })
  if (pages.length === 0) return statement
  return { ...statement, lines: pages.flatMap(({ lines }) => lines as StatementLine[]) }
}

/** Lines of a stored statement, page by page, each read when it is asked for. */
export async function* linesInPages(
  tx: Tx,
  { day, member, lines }: Pick<Statement, 'day' | 'member' | 'lines'>,
): AsyncGenerator<readonly StatementLine[]> {
  yield lines
  for (let part = 0; ; part++) {
    const [row] = await tx.get(statementPages, [{ day, member, part }])
    if (row === undefined) return
    yield row.lines as StatementLine[]
  }
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
  add(member: string, lines: readonly StatementLine[]): Promise<void>
  /** Keeps what is left; pages by member. */
  end(): Promise<ReadonlyMap<string, number>>
}

/** Opens the pages of a day; its writer holds one page of every member. */
export function createPageWriter(tx: Tx, day: Day): PageWriter {
  const open = new Map<string, { parts: number; lines: StatementLine[] }>()
  const put = async (member: string, { part, lines }: { part: number; lines: StatementLine[] }) =>
    tx.put(statementPages, [{ day, member, part, lines }])
  return {
    async add(member, lines) {
      const own = open.get(member) ?? { parts: 0, lines: [] }
      open.set(member, own)
      own.lines.push(...lines)
      // A page ends by what follows it: the last one stays open.
      const pages = pagesOf(own.lines, STATEMENT_PART_LINES)
      own.lines = pages.pop() ?? []
      for (const page of pages) await put(member, { part: own.parts++, lines: page })
    },
    async end() {
      const counts = new Map<string, number>()
      for (const [member, { parts, lines }] of open) {
        await put(member, { part: parts, lines })
        counts.set(member, parts + 1)
      }
      return counts
    },
  }
}

/** Pages of a statement that was stored in pages, each read when it is asked for; one without lines. */
export async function* storedPages(
  tx: Tx,
  { day, member, pages }: { readonly day: Day; readonly member: string; readonly pages: number },
): AsyncGenerator<readonly StatementLine[]> {
  if (pages === 0) yield []
  for (let part = 0; part < pages; part++) {
    const [row] = await tx.get(statementPages, [{ day, member, part }])
    if (row !== undefined) yield row.lines as StatementLine[]
  }
}
