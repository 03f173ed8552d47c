import { createHash } from 'node:crypto'
import { UnifareError } from '@unifare/core'
import type { LeaseClient, Row } from './lease-client.ts'

/** A job by its name: the run that it belongs to, what is done, and with what. */
export interface JobName {
  readonly run: string
  readonly kind: 'scatter' | 'clear'
  readonly item: string
}

/** A job that somebody works on. */
export interface LeasedJob extends JobName {
  readonly id: string
  readonly input: Uint8Array
  /** Bytes that many jobs have in common, by their hash. */
  readonly shared: string | null
}

/** A job that ended. */
export type EndedJob = { readonly id: string } & (
  | { readonly state: 'done'; readonly result: Uint8Array }
  | { readonly state: 'failed'; readonly error: string }
)

/** How often a job is begun before it counts as failed: the fault is the job's then. */
const ATTEMPTS_MAX = 5

const TABLES = `
begin;
select pg_advisory_xact_lock(7265113);
create table if not exists clearing_shared (hash text primary key, bytes bytea not null);
create table if not exists clearing_jobs (
  id bigint generated always as identity primary key,
  run text not null,
  kind text not null check (kind in ('scatter', 'clear')),
  item text not null,
  input bytea not null,
  shared text references clearing_shared,
  state text not null default 'waiting' check (state in ('waiting', 'leased', 'done', 'failed')),
  owner text,
  lease_until timestamptz,
  attempts integer not null default 0,
  error text,
  result bytea,
  unique (run, kind, item)
);
create index if not exists clearing_jobs_open on clearing_jobs (id)
  where state in ('waiting', 'leased');
commit;`

const CLAIM = `
update clearing_jobs set state = 'leased', owner = $1, attempts = attempts + 1,
  lease_until = clock_timestamp() + make_interval(secs => $2)
where id = (
  select id from clearing_jobs
  where state = 'waiting'
     or (state = 'leased' and lease_until < clock_timestamp() and attempts < ${ATTEMPTS_MAX})
  order by id for update skip locked limit 1
)
returning id, run, kind, item, input, shared`

const DIED = `
update clearing_jobs set state = 'failed', error = 'its workers died'
where state = 'leased' and lease_until < clock_timestamp() and attempts >= ${ATTEMPTS_MAX}`

/** The jobs of clearing runs, in PostgreSQL. Leases are told by the database's clock alone. */
export async function openJobTable(client: LeaseClient) {
  await client.query(TABLES)
  return {
    /**
     * Adds a job, or finds it as it was added before, and returns its id. One that failed is tried
     * again: what was in its way (a full disk) may be mended. Throws `lease.other-input`
     * when it was added with another input.
     */
    async add(
      { run, kind, item }: JobName,
      { input, shared }: { readonly input: Uint8Array; readonly shared: string | null },
    ): Promise<string> {
      await client.query(
        `insert into clearing_jobs (run, kind, item, input, shared) values ($1, $2, $3, $4, $5)
         on conflict (run, kind, item) do update set state = 'waiting', attempts = 0, error = null
           where clearing_jobs.state = 'failed'`,
        [run, kind, item, Buffer.from(input), shared],
      )
      const { rows } = await client.query(
        `select id, input = $4 and shared is not distinct from $5 as same from clearing_jobs
         where run = $1 and kind = $2 and item = $3`,
        [run, kind, item, Buffer.from(input), shared],
      )
      if (rows[0]?.['same'] !== true) {
        const message = `${kind} ${item} of ${run} has another input`
        throw new UnifareError('lease.other-input', message, { run, kind, item })
      }
      return String(rows[0]['id'])
    },
    /** Inputs of a run's jobs of a kind, as they were added. */
    async inputs(run: string, kind: JobName['kind']): Promise<Uint8Array[]> {
      const { rows } = await client.query(
        'select input from clearing_jobs where run = $1 and kind = $2 order by id',
        [run, kind],
      )
      return rows.map((row) => bytesOf(row, 'input'))
    },
    /** Stores bytes that many jobs have in common, once, and returns their hash. */
    async share(bytes: Uint8Array): Promise<string> {
      const hash = createHash('sha256').update(bytes).digest('hex')
      await client.query(
        'insert into clearing_shared (hash, bytes) values ($1, $2) on conflict do nothing',
        [hash, Buffer.from(bytes)],
      )
      return hash
    },
    async shared(hash: string): Promise<Uint8Array> {
      const { rows } = await client.query('select bytes from clearing_shared where hash = $1', [
        hash,
      ])
      return bytesOf(rows[0], 'bytes')
    },
    /** Leases the oldest job that waits, or whose owner let its lease run out. */
    async claim(owner: string, leaseS: number): Promise<LeasedJob | undefined> {
      const { rows } = await client.query(CLAIM, [owner, leaseS])
      const row = rows[0]
      if (row === undefined) return undefined
      return {
        id: String(row['id']),
        run: String(row['run']),
        kind: row['kind'] === 'clear' ? 'clear' : 'scatter',
        item: String(row['item']),
        input: bytesOf(row, 'input'),
        shared: row['shared'] as string | null,
      }
    },
    /** Lengthens a lease, unless another one has the job by now. */
    async renew(id: string, owner: string, leaseS: number): Promise<void> {
      await client.query(
        `update clearing_jobs set lease_until = clock_timestamp() + make_interval(secs => $3)
         where id = $1 and owner = $2 and state = 'leased'`,
        [id, owner, leaseS],
      )
    },
    /**
     * Stores a result; also of one whose lease ran out, since every worker comes to the same bytes.
     * Throws `lease.differs` when another one did not.
     */
    async complete(id: string, owner: string, result: Uint8Array): Promise<void> {
      const bytes = Buffer.from(result)
      await client.query(
        `update clearing_jobs set state = 'done', owner = $2, result = $3, error = null,
           lease_until = null
         where id = $1 and state <> 'done'`,
        [id, owner, bytes],
      )
      const { rows } = await client.query(
        'select result = $2 as same from clearing_jobs where id = $1',
        [id, bytes],
      )
      if (rows[0]?.['same'] === false) {
        throw new UnifareError('lease.differs', `two workers differ in job ${id}`, { id })
      }
    },
    /** Gives a job back that could not be done: to be tried again, or failed for good. */
    async giveBack(id: string, owner: string, error: string): Promise<void> {
      await client.query(
        `update clearing_jobs set error = $3, lease_until = null,
           state = case when attempts >= ${ATTEMPTS_MAX} then 'failed' else 'waiting' end
         where id = $1 and owner = $2 and state = 'leased'`,
        [id, owner, error],
      )
    },
    /** Which of these jobs have ended. */
    async ended(ids: readonly string[]): Promise<EndedJob[]> {
      await client.query(DIED)
      const { rows } = await client.query(
        `select id, state, result, error from clearing_jobs
         where id = any($1::bigint[]) and state in ('done', 'failed')`,
        [ids],
      )
      return rows.map((row) => {
        const id = String(row['id'])
        return row['state'] === 'done'
          ? { id, state: 'done', result: bytesOf(row, 'result') }
          : { id, state: 'failed', error: String(row['error']) }
      })
    },
    /** Forgets the jobs of a run, and what no other job shares. */
    async forget(run: string): Promise<void> {
      await client.query('delete from clearing_jobs where run = $1', [run])
      await client.query(
        `delete from clearing_shared where hash not in
           (select shared from clearing_jobs where shared is not null)`,
      )
    },
  }
}

export type JobTable = Awaited<ReturnType<typeof openJobTable>>

function bytesOf(row: Row | undefined, column: string): Uint8Array {
  const bytes = row?.[column]
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`no bytes in ${column}`)
  return bytes
}
