import type { LeaseClient } from '../lease/lease-client.ts'

/** A segment whose records are all cleared. */
export interface FinishedSegment {
  readonly journal: string
  readonly segment: number
  /** The file's name. */
  readonly name: string
}

/** Receivers that never came back in so long a time are not waited for any more. */
const FORGET_DAYS = 30
const TRIES_MAX = 10

export const FINISHED_TABLES = `
create table if not exists carried_finished (journal text primary key, segment bigint not null);
create table if not exists carried_dropped (
  receiver text not null,
  name text not null,
  since timestamptz not null default clock_timestamp(),
  primary key (receiver, name)
);
create table if not exists carried_asked (name text primary key);`

/**
 * Nobody needs to have these any more; who answers for them keeps them. What receivers got of them
 * by brokers is theirs to remove.
 */
const FINISH = `
with gone as (select * from unnest($1::text[], $2::text[], $3::bigint[]) as g (name, journal, segment)),
  marks as (
    insert into carried_finished select journal, max(segment) from gone group by journal
    on conflict (journal) do update
      set segment = greatest(carried_finished.segment, excluded.segment)),
  receipts as (delete from carried_receipts where name in (select name from gone)
    returning receiver, name, brought),
  wants as (delete from carried_wants where name in (select name from gone)),
  dropped as (insert into carried_dropped select receiver, name from receipts where brought
    on conflict do nothing),
  old as (delete from carried_dropped
    where since < clock_timestamp() - make_interval(days => ${FORGET_DAYS}))
delete from carried_files where name in (select name from gone)`

/** Whether another one received or asked at this moment. */
function isMet(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown }
  return code === '23503' || code === '40P01'
}

/** What of the carried files is not needed any more, and what is needed again. */
export function finishedFiles(client: LeaseClient) {
  const namesOf = async (text: string, values: readonly unknown[] = []) =>
    (await client.query(text, values)).rows.map((row) => String(row['name']))
  return {
    /** Says that all records of segments are cleared: they are carried to nobody any more. */
    async finish(segments: readonly FinishedSegment[]): Promise<void> {
      const values = [
        segments.map(({ name }) => name),
        segments.map(({ journal }) => journal),
        segments.map(({ segment }) => segment),
      ]
      for (let left = TRIES_MAX; ; left--) {
        try {
          await client.query(FINISH, values)
          return
        } catch (error) {
          if (left === 0 || !isMet(error)) throw error
        }
      }
    },
    /** Up to which segment every journal is finished. */
    async finished(): Promise<ReadonlyMap<string, number>> {
      const { rows } = await client.query('select journal, segment from carried_finished')
      return new Map(rows.map((row) => [String(row['journal']), Number(row['segment'])]))
    },
    /** Files that brokers brought to this receiver and that it is to remove; not what is announced again. */
    dropped: (receiver: string) =>
      namesOf(
        `select name from carried_dropped d where receiver = $1 and not exists
           (select from carried_files f where f.name = d.name) order by name`,
        [receiver],
      ),
    /** Says that they are removed. */
    async removed(receiver: string, names: readonly string[]): Promise<void> {
      await client.query('delete from carried_dropped where receiver = $1 and name = any($2)', [
        receiver,
        names,
      ])
    },
    /** Asks for a file that nobody announces: not yet, or no more. */
    async request(name: string): Promise<void> {
      await client.query(
        `insert into carried_asked select $1 where not exists
           (select from carried_files where name = $1) on conflict do nothing`,
        [name],
      )
    },
    /** Files that somebody asked for, until they are announced. */
    requested: () =>
      namesOf(
        `select name from carried_asked a where not exists
           (select from carried_files f where f.name = a.name)`,
      ),
  }
}
