import { setTimeout as sleep } from 'node:timers/promises'
import { createSerial, UnifareError } from '@unifare/core'
import { Pool } from 'pg'

/** What leases need of a database. */
export interface LeaseClient {
  query(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: readonly Row[]; readonly rowCount: number | null }>
}

export type Row = Readonly<Record<string, unknown>>

const CONNECT_MS = 2_000
const RETRY_MS = 200

/**
 * PostgreSQL (15 or newer) at one of several addresses: a primary and its standbys. A statement
 * whose server is lost is given again to whichever server is the primary then, until the patience
 * is over (`repository.unreachable`), so every statement must bear being done twice.
 */
export function openLeaseClient(options: {
  readonly urls: readonly string[]
  readonly patienceMs?: number
}): LeaseClient & { close(): Promise<void> } {
  const { urls, patienceMs = 60_000 } = options
  let pool: Pool | undefined
  const oneByOne = createSerial()

  async function find(): Promise<Pool | undefined> {
    for (const url of urls) {
      const candidate = new Pool({ connectionString: url, connectionTimeoutMillis: CONNECT_MS })
      // A connection that breaks while idle is replaced; one that breaks at work fails its query.
      candidate.on('error', () => undefined)
      const standby = await candidate
        .query<{ standby: boolean }>('select pg_is_in_recovery() as standby')
        .then(({ rows }) => rows[0]?.standby ?? true)
        .catch(() => true)
      if (!standby) return candidate
      await candidate.end()
    }
    return undefined
  }

  function leave(lost: Pool): void {
    if (pool !== lost) return
    pool = undefined
    // Not waited for: connections to a server that is gone may never say good-bye.
    void lost.end().catch(() => undefined)
  }

  return {
    async query(text, values = []) {
      const until = performance.now() + patienceMs
      for (;;) {
        const current = await oneByOne(async () => (pool ??= await find()))
        try {
          if (current !== undefined) return await current.query(text, [...values])
        } catch (error) {
          if (!isLost(error)) throw error
          if (current !== undefined) leave(current)
        }
        if (performance.now() > until) {
          throw new UnifareError('repository.unreachable', 'no primary can be reached')
        }
        await sleep(RETRY_MS)
      }
    },
    async close() {
      await pool?.end()
      pool = undefined
    },
  }
}

/** Whether the server went away or is none to write to; faults of the statement itself are not. */
function isLost(error: unknown): boolean {
  // Only a server's own answer has a severity; what the network says has a code too (EPIPE).
  const { code, severity } = error as { readonly code?: unknown; readonly severity?: unknown }
  if (severity === undefined || typeof code !== 'string') return true
  return code.startsWith('08') || code.startsWith('57P') || code === '25006'
}
