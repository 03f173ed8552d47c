import { UnifareError } from '../src/errors.ts'
import type { Repositories } from './pglite-repositories.ts'
import { createSqlRepository, type SqlDatabase } from './sql-repository.ts'

/** A server that is well answers the first question in milliseconds. */
const ANSWER_MS = 10_000

/**
 * A PostgreSQL server by its URL (`postgres://user:password@host:port/database`).
 * Throws `repository.unreachable`, also of one that takes the connection and does not answer the first
 * question in `answerMs`, and `repository.encoding` for a database that is not UTF-8.
 */
export async function openPostgresRepositories(options: {
  readonly url: string
  readonly answerMs?: number
}): Promise<Repositories> {
  const { url, answerMs = ANSWER_MS } = options
  const { Client, Pool } = await import('pg')
  const first = new Client({
    connectionString: url,
    connectionTimeoutMillis: answerMs,
    query_timeout: answerMs,
  })
  // What breaks fails the question.
  first.on('error', () => undefined)
  const server = await first
    .connect()
    .then(() => first.query<ServerRow>(SERVER))
    .then(({ rows }) => rows[0])
    .catch((cause: unknown) => {
      const message = `PostgreSQL cannot be reached: ${String(cause)}`
      throw new UnifareError('repository.unreachable', message, { cause })
    })
    // Not waited for: who does not answer does not say good-bye either.
    .finally(() => void first.end().catch(() => undefined))
  if (server?.encoding !== 'UTF8') {
    const message = `the database's encoding is ${server?.encoding}; UTF8 is needed`
    throw new UnifareError('repository.encoding', message, { encoding: server?.encoding })
  }
  const pool = new Pool({ connectionString: url, keepAlive: true })
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
  return {
    description: `PostgreSQL ${server.version}`,
    schema: (name) => createSqlRepository(database, name),
    close: () => pool.end(),
  }
}

interface ServerRow {
  readonly version: string
  readonly encoding: string
}

const SERVER = `select current_setting('server_version') as version, current_setting('server_encoding') as encoding`
