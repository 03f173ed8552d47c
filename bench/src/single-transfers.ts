import { Client } from 'pg'
import type { TapColumns } from './tap-columns.ts'

/** Connections that post at once: more only wait for each other's rows on this many cores. */
const CONNECTIONS = 8

/**
 * A ledger that posts one transfer per call: both account rows are locked in the order of their
 * ids, and every entry keeps the balance behind it.
 */
export const SINGLE_SCHEMA = `
create table ledger_account (id bigint primary key, balance bigint not null default 0);
create table ledger_entry (
  transfer bigint, account bigint, amount bigint, balance bigint, primary key (transfer, account));
create function post_transfer(transfer bigint, debit bigint, credit bigint, amount bigint)
returns void language plpgsql as $$
declare after_debit bigint; after_credit bigint;
begin
  perform 1 from ledger_account where id in (debit, credit) order by id for update;
  update ledger_account set balance = balance - amount where id = debit
    returning balance into after_debit;
  update ledger_account set balance = balance + amount where id = credit
    returning balance into after_credit;
  insert into ledger_entry values
    (transfer, debit, -amount, after_debit), (transfer, credit, amount, after_credit);
end $$`

/** Posts taps one call each over several connections, every call a transaction; the seconds taken. */
export async function singleTransfers(
  url: string,
  columns: TapColumns,
  taps: number,
): Promise<number> {
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const client = new Client({ connectionString: url })
      await client.connect()
      return client
    }),
  )
  const [, issuers, operators, , , , , , amounts] = columns
  try {
    const [first] = clients
    await first?.query('truncate ledger_account, ledger_entry')
    const ids = new Set([...(issuers ?? []), ...(operators ?? [])].map(String))
    await first?.query('insert into ledger_account select unnest($1::bigint[])', [[...ids]])
    let next = 0
    const started = performance.now()
    await Promise.all(
      clients.map(async (client) => {
        for (let tap = next++; tap < taps; tap = next++) {
          await client.query({
            name: 'post',
            text: 'select post_transfer($1, $2, $3, $4)',
            values: [tap, issuers?.[tap], operators?.[tap], amounts?.[tap]].map(String),
          })
        }
      }),
    )
    return (performance.now() - started) / 1000
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
}
