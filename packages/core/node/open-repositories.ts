import { openPgliteRepositories, type Repositories } from './pglite-repositories.ts'
import { openPostgresRepositories } from './postgres-repositories.ts'

/** PostgreSQL when a URL is given, otherwise PGlite in a folder or, without one, in memory. */
export async function openRepositories(
  options: {
    readonly databaseUrl?: string | undefined
    readonly dataDir?: string | undefined
  } = {},
): Promise<Repositories> {
  const { databaseUrl, dataDir } = options
  if (databaseUrl) return await openPostgresRepositories({ url: databaseUrl })
  return await openPgliteRepositories(dataDir === undefined ? {} : { dataDir })
}
