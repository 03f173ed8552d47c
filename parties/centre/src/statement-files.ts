import { type Day, type Storage, type Tx, utf8 } from '@unifare/core'
import { csvOf, type Statement } from './statement.ts'
import { readPage, storedPages } from './statement-pages.ts'
import { linesText, textAround } from './statement-text.ts'
import { days, statements } from './tables.ts'

/**
 * Writes every member's statement of a day as two files, `statement-<day>-<member>.json` and
 * `.csv`; writing them again gives the same bytes. Returns the names.
 */
export async function writeStatements(tx: Tx, storage: Storage, day: Day): Promise<string[]> {
  const names: string[] = []
  for (const { member, statement } of await tx.select(statements, { day })) {
    const name = `statement-${day}-${member}`
    const own = statement as Statement
    await storage.replace(`${name}.json`, jsonParts(tx, own))
    await storage.replace(`${name}.csv`, csvParts(tx, own))
    names.push(`${name}.json`, `${name}.csv`)
  }
  return names
}

/** Writes the files of closed days that a crash between close and writing left out. */
export async function writeMissingStatements(tx: Tx, storage: Storage): Promise<void> {
  for (const { day } of await tx.select(days, {})) {
    const members = (await tx.select(statements, { day })).map(({ member }) => member)
    const last = members.at(-1)
    if (last === undefined) continue
    const written = await storage.list(`statement-${day}-${last}.csv`)
    if (written.length === 0) await writeStatements(tx, storage, day)
  }
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
