import { assert, UnifareError } from '@unifare/core'
import { startTestPostgres, type TestPostgres } from '@unifare/core/testing'
import { Client } from 'pg'
import { binaryRows, copyIn } from './copy-in.ts'
import { SINGLE_SCHEMA, singleTransfers } from './single-transfers.ts'
import type { TapColumns } from './tap-columns.ts'

const BATCH_TAPS = 10_000
/** Account of the centre's fees. */
const CENTRE = 10_000_000n

const SCHEMA = `
create table tap (
  id bigint primary key, issuer bigint, operator bigint, card bigint, counter bigint,
  terminal bigint, serial bigint, at bigint, amount bigint);
create table posting (
  tap bigint, line smallint, account bigint, amount_micro bigint, primary key (tap, line));
create table account (id bigint primary key, balance_micro bigint not null default 0);
create table day_line (account bigint, amount_micro bigint);
${SINGLE_SCHEMA}`

const COPY_TAPS = 'copy tap from stdin (format binary)'

/**
 * Four postings per tap: what the issuer pays less its share, what the operator receives less the
 * fee, the operator's share and the centre's; then every account once. The fee is that of the bus.
 */
const POST = `
with batch as (
  select id, issuer, operator, amount * 1000000 as gross, amount * 6000 as fee
    from tap where id >= $1 and id < $2),
posted as (
  insert into posting
  select id, line, account, amount from batch, lateral (values
    (1, issuer, fee / 2 - gross),
    (2, operator, gross - fee),
    (3, operator + 1000000000, fee * 15 / 100),
    (4, ${CENTRE}, fee - fee / 2 - fee * 15 / 100)) as line (line, account, amount)
  returning account, amount_micro)
update account set balance_micro = balance_micro + total
  from (select account, sum(amount_micro)::bigint as total from posted group by account) as sums
  where account.id = sums.account`

/** A line of a cleared day as it is posted: what an account received. */
export interface PostedLine {
  readonly account: bigint
  readonly amountMicro: bigint
}

/** A PostgreSQL server of this run's own, with the row-per-posting ledger. */
export interface SqlBaseline {
  readonly engine: string
  readonly taps: number
  /** Posts all taps into an empty ledger and returns the seconds that it took. */
  round(): Promise<number>
  /** Posts what a cleared day comes to, in one transaction, and returns the seconds. */
  post(lines: readonly PostedLine[]): Promise<number>
  /** Posts so many of the taps one transfer per call, and returns the seconds. */
  single(taps: number): Promise<number>
  stop(): Promise<void>
}

/**
 * The alternative that a user would pick: taps and postings as rows, set-based (COPY, then one
 * statement per batch of 10,000). It verifies no TAC, looks for no duplicate and judges nothing.
 */
export async function openSqlBaseline(columns: TapColumns): Promise<SqlBaseline> {
  const server = await startServer()
  const client = new Client({ connectionString: server.url })
  await client.connect()
  await client.query(SCHEMA)
  const version = await client.query<{ server_version: string }>('show server_version')
  const count = columns[0]?.length ?? 0
  return {
    engine: `PostgreSQL ${version.rows[0]?.server_version ?? ''}`,
    taps: count,
    async round() {
      await reset(client, columns)
      const started = performance.now()
      for (let from = 0; from < count; from += BATCH_TAPS) {
        await postBatch(client, columns, { from, to: Math.min(from + BATCH_TAPS, count) })
      }
      const seconds = (performance.now() - started) / 1000
      await check(client, count)
      await rest(client)
      return seconds
    },
    post: (lines) => postLines(client, lines),
    single: (taps) => singleTransfers(server.url, columns, Math.min(taps, count)),
    async stop() {
      await client.end()
      await server.stop()
    },
  }
}

async function startServer(): Promise<TestPostgres> {
  try {
    return await startTestPostgres({ sync: true })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UnifareError('bench.no-server', why)
  }
}

async function postBatch(
  client: Client,
  columns: TapColumns,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  await client.query('begin')
  await copyIn(client, COPY_TAPS, binaryRows(columns, from, to))
  await client.query(POST, [from, to])
  await client.query('commit')
}

async function reset(client: Client, columns: TapColumns): Promise<void> {
  await client.query('truncate tap, posting, account')
  const [, issuers, operators] = columns
  const ids = new Set<bigint>([CENTRE])
  for (const issuer of issuers ?? []) ids.add(issuer)
  for (const operator of operators ?? []) ids.add(operator).add(operator + 1_000_000_000n)
  await client.query('insert into account select unnest($1::bigint[])', [[...ids].map(String)])
}

/** Leaves the server nothing to vacuum or to write while others are measured; it is not timed. */
async function rest(client: Client): Promise<void> {
  await client.query('truncate tap, posting')
  await client.query('checkpoint')
}

/** The baseline must have done its work too: four rows a tap, and books at zero. */
async function check(client: Client, count: number): Promise<void> {
  const found = await client.query<{ rows: string; sum: string }>(
    'select (select count(*) from posting) as rows, (select sum(balance_micro) from account) as sum',
  )
  const [row] = found.rows
  assert(Number(row?.rows) === count * 4 && Number(row?.sum) === 0, 'the SQL ledger ties')
}

async function postLines(client: Client, lines: readonly PostedLine[]): Promise<number> {
  const started = performance.now()
  await client.query('begin')
  await client.query('truncate day_line')
  await client.query('insert into day_line select * from unnest($1::bigint[], $2::bigint[])', [
    lines.map(({ account }) => String(account)),
    lines.map(({ amountMicro }) => String(amountMicro)),
  ])
  await client.query('commit')
  return (performance.now() - started) / 1000
}
