import { UnifareError } from '../src/errors.ts'
import type { Repositories } from './pglite-repositories.ts'
import { createSqlRepository, type SqlDatabase } from './sql-repository.ts'

/**
 * A PostgreSQL server by its URL (`postgres://user:password@host:port/database`).
 * Throws `repository.unreachable`, and `repository.encoding` for a database that is not UTF-8.
 */
export async function openPostgresRepositories(options: {
  readonly url: string
}): Promise<Repositories> {
  const { Pool } = await import('pg')
  const pool = new Pool({ connectionString: options.url })
  // A connection that breaks while idle is replaced; one that breaks at work fails its query.
  pool.on('error', () => undefined)
  const database: SqlDatabase = {
    exclusive: false,
    async transaction(work) {
      const client = await pool.connect()
      let broken: Error | undefined
      try {
        await client.query('begin')
        const result = await work(client)
        await client.query('commit')
        return result
      } catch (error) {
        await client.query('rollback').catch((cause: Error) => {
          broken = cause
        })
        throw error
      } finally {
        client.release(broken)
      }
    },
  }
  const server = await pool
    .query<{ version: string; encoding: string }>(
      `select current_setting('server_version') as version, current_setting('server_encoding') as encoding`,
    )
    .then(({ rows }) => rows[0])
    .catch(async (cause: unknown) => {
      await pool.end()
      const message = `PostgreSQL cannot be reached: ${String(cause)}`
      throw new UnifareError('repository.unreachable', message, { cause })
    })
  if (server?.encoding !== 'UTF8') {
    await pool.end()
    const message = `the database's encoding is ${server?.encoding}; UTF8 is needed`
    throw new UnifareError('repository.encoding', message, { encoding: server?.encoding })
  }
  return {
    description: `PostgreSQL ${server.version}`,
    schema: (name) => createSqlRepository(database, name),
    close: () => pool.end(),
  }
}
