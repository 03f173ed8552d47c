import { setTimeout as sleep } from 'node:timers/promises'
import { UnifareError } from '@unifare/core'
import { Pool, type PoolClient } from 'pg'

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
/** A question takes milliseconds, one of many megabytes seconds: longer is no answer any more. */
const ANSWER_MS = 30_000
/** So long one who is told to end waits for a server. */
const ENDING_MS = 700

/**
 * PostgreSQL (15 or newer) at one of several addresses: a primary and its standbys. A statement
 * whose server is lost, or does not answer in `answerMs`, is given again to whichever server is the
 * primary then, until the patience is over (`repository.unreachable`, with what each of them said
 * last), so every statement must bear being done twice. Who is told to end by `signal` has less
 * patience: a second.
 */
export function openLeaseClient(options: {
  readonly urls: readonly string[]
  readonly patienceMs?: number
  /** How long a connected server may take for one statement; half a minute unless given. */
  readonly answerMs?: number
  readonly signal?: AbortSignal
}): LeaseClient & { close(): Promise<void> } {
  const { urls, patienceMs = 60_000, answerMs = ANSWER_MS, signal } = options
  const connectMs = Math.min(CONNECT_MS, answerMs)
  const ending = createEnding(signal)
  let primary: Primary | undefined
  let finding: Promise<void> | undefined
  let closed = false
  /** Why each address is no primary. */
  const reasons = new Map<string, string>()

  async function find(): Promise<Primary | undefined> {
    for (const url of urls) {
      const pool = new Pool({ connectionString: url, connectionTimeoutMillis: connectMs })
      // A connection that breaks while idle is replaced; one that breaks at work fails its query.
      pool.on('error', () => undefined)
      const asked = { text: 'select pg_is_in_recovery() as standby', values: [] }
      const standby = await answered(pool, asked, { answerMs: connectMs, ending })
        .then(({ rows }) => rows[0]?.['standby'] !== false)
        .then((is) => {
          if (is) reasons.set(url, 'a standby')
          return is
        })
        .catch((error: Error & { readonly code?: string }) => {
          reasons.set(url, error.message || (error.code ?? 'no answer'))
          return true
        })
      if (!standby) return { pool, url }
      // Not waited for: who does not answer does not say good-bye either.
      void pool.end()
    }
    return undefined
  }

  /** The primary, as soon as it is known; undefined when it is not in a while. */
  async function reach(): Promise<Primary | undefined> {
    if (primary !== undefined) return primary
    finding ??= find()
      .then((found) => {
        if (closed) void found?.pool.end()
        else primary = found
      })
      .finally(() => {
        finding = undefined
      })
    // A server that does not answer keeps nobody who is told to end.
    await Promise.race([finding, sleep(RETRY_MS)])
    return primary
  }

  function leave(lost: Primary, why: unknown): void {
    if (primary !== lost) return
    primary = undefined
    reasons.set(lost.url, String((why as Error).message))
    // Not waited for: connections to a server that is gone may never say good-bye.
    void lost.pool.end().catch(() => undefined)
  }

  return {
    async query(text, values = []) {
      const until = performance.now() + patienceMs
      let endsMs: number | undefined
      for (;;) {
        const current = await reach()
        try {
          if (current !== undefined) {
            return await answered(current.pool, { text, values }, { answerMs, ending })
          }
        } catch (error) {
          if (!isLost(error)) throw error
          if (current !== undefined) leave(current, error)
        }
        const nowMs = performance.now()
        if (closed) endsMs = nowMs
        else if (signal?.aborted === true) endsMs ??= nowMs + ENDING_MS
        if (nowMs > until || nowMs >= (endsMs ?? Number.POSITIVE_INFINITY)) {
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
      const ended = primary?.pool.end()
      primary = undefined
      ending.begin()
      // A server that is gone may never say good-bye.
      await Promise.race([ended, sleep(ENDING_MS * 2, undefined, { ref: false })])
    },
  }
}

/** The server that is asked, and its address. */
interface Primary {
  readonly pool: Pool
  readonly url: string
}

interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

/** When those who wait for an answer stop waiting, because all ends. */
interface Ending {
  begin(): void
  /** Calls back a while after the end began; returns what takes that back. */
  over(call: () => void): () => void
}

function createEnding(signal: AbortSignal | undefined): Ending {
  const waiting = new Set<() => void>()
  let begun = signal?.aborted === true
  const begin = () => {
    begun = true
    for (const wait of waiting) wait()
  }
  signal?.addEventListener('abort', begin, { once: true })
  return {
    begin,
    over(call) {
      let timer: NodeJS.Timeout | undefined
      const wait = () => {
        timer ??= setTimeout(call, ENDING_MS)
      }
      waiting.add(wait)
      if (begun) wait()
      return () => {
        clearTimeout(timer)
        waiting.delete(wait)
      }
    },
  }
}

/**
 * What a server answers to a statement. One that takes too long is hung up on: its connection would
 * hold a place in the pool, and the process.
 */
async function answered(
  pool: Pool,
  { text, values }: Statement,
  { answerMs, ending }: { readonly answerMs: number; readonly ending: Ending },
): Promise<Awaited<ReturnType<LeaseClient['query']>>> {
  const client: PoolClient = await pool.connect()
  let late: (why: Error) => void = () => undefined
  const overdue = new Promise<never>((_, reject) => {
    late = reject
  })
  const timer = setTimeout(() => late(new Error(`no answer in ${answerMs / 1_000} s`)), answerMs)
  const takeBack = ending.over(() => late(new Error('no answer before the end')))
  // A connection that breaks under a question fails the question, and nothing else.
  client.on('error', late)
  const asked = client.query<Row>(text, [...values])
  let fault: Error | undefined
  try {
    return await Promise.race([asked, overdue])
  } catch (error) {
    fault = isLost(error) ? (error as Error) : undefined
    throw error
  } finally {
    clearTimeout(timer)
    takeBack()
    // What it says when it is hung up on concerns nobody.
    asked.catch(() => undefined)
    overdue.catch(() => undefined)
    client.removeListener('error', late)
    client.release(fault)
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
