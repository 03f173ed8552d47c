import { type Day, type Storage, type Tx, utf8 } from '@unifare/core'
import type { OwnFile, OwnFiles } from './own-files.ts'
import { csvOf, type Statement } from './statement.ts'
import { readPage, storedPages } from './statement-pages.ts'
import { linesText, textAround } from './statement-text.ts'
import { days, statements } from './tables.ts'

/**
 * Every member's statement of a closed day as two files, `statement-<day>-<member>.json` and
 * `.csv`.
 */
export function statementFiles(storage: Storage): OwnFiles {
  const filesOf = async (tx: Tx, day: Day): Promise<OwnFile[]> =>
    (await tx.select(statements, { day })).map(({ member }) => ({
      name: `statement-${day}-${member}`,
      member,
      write: (own) => writeStatement(own, storage, { day, member }),
    }))
  return {
    kind: 'statements',
    async due(tx, told = {}) {
      if (told.window !== undefined) return []
      if (told.day !== undefined) return filesOf(tx, told.day)
      const there = new Set(await storage.list('statement-'))
      const missing: OwnFile[] = []
      for (const { day } of await tx.select(days, {})) {
        const own = await filesOf(tx, day)
        missing.push(
          ...own.filter(({ name }) => !there.has(`${name}.json`) || !there.has(`${name}.csv`)),
        )
      }
      return missing
    },
  }
}

async function writeStatement(
  tx: Tx,
  storage: Storage,
  { day, member }: { readonly day: Day; readonly member: string },
): Promise<void> {
  const [row] = await tx.get(statements, [{ day, member }])
  if (row === undefined) throw new TypeError(`${member} has no statement of ${day}`)
  const own = row.statement as Statement
  const name = `statement-${day}-${member}`
  await storage.replace(`${name}.json`, jsonParts(tx, own))
  await storage.replace(`${name}.csv`, csvParts(tx, own))
}

/** The canonical text of a statement, page by page. */
async function* jsonParts(tx: Tx, statement: Statement): AsyncGenerator<Uint8Array> {
  const { head, tail } = textAround(statement)
  yield utf8(`${head}${linesText(statement.lines)}`)
  // One that is stored whole has no pages behind its own lines.
  let between = ''
  for await (const page of storedPages(tx, statement)) {
    if (page.length === 0) continue
    yield utf8(between)
    yield page
    between = ','
  }
  yield utf8(`${tail}\n`)
}

async function* csvParts(tx: Tx, statement: Statement): AsyncGenerator<Uint8Array> {
  const { head, linesOf, tail } = csvOf(statement)
  yield utf8(`${head}${linesOf(statement.lines)}`)
  for await (const page of storedPages(tx, statement)) yield utf8(linesOf(readPage(page)))
  yield utf8(tail)
}
