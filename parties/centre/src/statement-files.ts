import { canonicalJson, type Day, type Storage, type Tx, utf8 } from '@unifare/core'
import { statementCsv } from './statement.ts'
import { loadStatements } from './statement-pages.ts'
import { days, statements } from './tables.ts'

/**
 * Writes every member's statement of a day as two files, `statement-<day>-<member>.json` and
 * `.csv`; writing them again gives the same bytes. Returns the names.
 */
export async function writeStatements(tx: Tx, storage: Storage, day: Day): Promise<string[]> {
  const names: string[] = []
  for await (const statement of loadStatements(tx, day)) {
    const name = `statement-${day}-${statement.member}`
    await storage.replace(`${name}.json`, utf8(`${canonicalJson(statement)}\n`))
    await storage.replace(`${name}.csv`, utf8(statementCsv(statement)))
    names.push(`${name}.json`, `${name}.csv`)
  }
  return names
}

/** Writes the files of closed days that a crash between close and writing left out. */
export async function writeMissingStatements(tx: Tx, storage: Storage): Promise<void> {
  for (const { day } of await tx.select(days, {})) {
    const members = (await tx.select(statements, { day })).map(({ member }) => member)
    const last = members.at(-1)
    if (last !== undefined && (await storage.read(`statement-${day}-${last}.csv`)) === undefined) {
      await writeStatements(tx, storage, day)
    }
  }
}
