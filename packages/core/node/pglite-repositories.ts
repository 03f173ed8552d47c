import type { Repository } from '../src/repository.ts'
import { makeFolder } from './folder.ts'
import { createSqlRepository, type SqlDatabase } from './sql-repository.ts'

/** One database that holds the schemas of several institutions. */
export interface Repositories {
  /** What it is, for people: shown at start. */
  readonly description: string
  /** The repository of an institution, in a schema of its own. */
  schema(name: string): Promise<Repository>
  close(): Promise<void>
}

/**
 * PostgreSQL inside this process (PGlite): in memory, or in a folder. It does not sync to disk, so
 * a power cut may lose or break it: for trying out. Its one connection runs the transactions of
 * all institutions one after the other, so none may wait for another institution's inside its own.
 */
export async function openPgliteRepositories(
  options: { readonly dataDir?: string } = {},
): Promise<Repositories> {
  const { PGlite } = await import('@electric-sql/pglite')
  const { dataDir } = options
  if (dataDir !== undefined) await makeFolder(dataDir)
  const pglite = await PGlite.create(dataDir ?? 'memory://')
  const database: SqlDatabase = {
    exclusive: true,
    transaction: (work) => pglite.transaction((tx) => work(tx)),
  }
  return {
    description: `PGlite (${dataDir ?? 'in memory'}): does not sync, for trying out only`,
    schema: (name) => createSqlRepository(database, name),
    close: () => pglite.close(),
  }
}
