import { setTimeout as sleep } from 'node:timers/promises'
import { UnifareError } from '@unifare/core'
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
/** So long one who is told to end waits for a server. */
const ENDING_MS = 700

/**
 * PostgreSQL (15 or newer) at one of several addresses: a primary and its standbys. A statement
 * whose server is lost is given again to whichever server is the primary then, until the patience
 * is over (`repository.unreachable`, with what each of them said last), so every statement must bear being done twice. Who is told to
 * end by `signal` has less patience: a second.
 */
export function openLeaseClient(options: {
  readonly urls: readonly string[]
  readonly patienceMs?: number
  readonly signal?: AbortSignal
}): LeaseClient & { close(): Promise<void> } {
  const { urls, patienceMs = 60_000, signal } = options
  let pool: Pool | undefined
  let finding: Promise<void> | undefined
  let closed = false
  /** Why each address is no primary. */
  const reasons = new Map<string, string>()

  async function find(): Promise<Pool | undefined> {
    for (const url of urls) {
      const candidate = new Pool({ connectionString: url, connectionTimeoutMillis: CONNECT_MS })
      // A connection that breaks while idle is replaced; one that breaks at work fails its query.
      candidate.on('error', () => undefined)
      const standby = await candidate
        .query<{ standby: boolean }>('select pg_is_in_recovery() as standby')
        .then(({ rows }) => rows[0]?.standby ?? true)
        .then((is) => {
          if (is) reasons.set(url, 'a standby')
          return is
        })
        .catch((error: Error & { readonly code?: string }) => {
          reasons.set(url, error.message || (error.code ?? 'no answer'))
          return true
        })
      if (!standby) return candidate
      await candidate.end()
    }
    return undefined
  }

  /** The primary, as soon as it is known; undefined when it is not in a while. */
  async function reach(): Promise<Pool | undefined> {
    if (pool !== undefined) return pool
    finding ??= find()
      .then((found) => {
        if (closed) void found?.end()
        else pool = found
      })
      .finally(() => {
        finding = undefined
      })
    // A server that does not answer keeps nobody who is told to end.
    await Promise.race([finding, sleep(RETRY_MS)])
    return pool
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
      let endsMs: number | undefined
      for (;;) {
        const current = await reach()
        try {
          if (current !== undefined) return await current.query(text, [...values])
        } catch (error) {
          if (!isLost(error)) throw error
          if (current !== undefined) leave(current)
        }
        const nowMs = performance.now()
        if (signal?.aborted === true) endsMs ??= nowMs + ENDING_MS
        if (nowMs > Math.min(until, endsMs ?? until)) {
          const said = [...reasons].map(([url, reason]) => `${placeOf(url)}: ${reason}`)
          throw new UnifareError(
            'repository.unreachable',
            ['no primary can be reached', ...said].join('; '),
          )
        }
        await sleep(RETRY_MS)
      }
    },
    async close() {
      closed = true
      const ended = pool?.end()
      pool = undefined
      // A server that is gone may never say good-bye.
      await Promise.race([ended, sleep(ENDING_MS, undefined, { ref: false })])
    },
  }
}

/** Server and database of an address, without user and password. */
function placeOf(url: string): string {
  const { host, pathname, searchParams } = new URL(url)
  return `${searchParams.get('host') ?? host}${pathname}`
}

/** Whether the server went away or is none to write to; faults of the statement itself are not. */
function isLost(error: unknown): boolean {
  // Only a server's own answer has a severity; what the network says has a code too (EPIPE).
  const { code, severity } = error as { readonly code?: unknown; readonly severity?: unknown }
  if (severity === undefined || typeof code !== 'string') return true
  return code.startsWith('08') || code.startsWith('57P') || code === '25006'
}
