import { UnifareError } from '@unifare/core'
import type { LeaseClient, Row } from '../lease/lease-client.ts'
import type { CarriedFile } from './carried-piece.ts'
import { FINISHED_TABLES, finishedFiles } from './finished-files.ts'

const TABLES = `
begin;
select pg_advisory_xact_lock(7265114);
create table if not exists carried_files (
  name text primary key,
  hash text not null,
  bytes bigint not null,
  piece_bytes integer not null,
  pieces bytea not null,
  sender text not null
);
create table if not exists carried_receipts (
  receiver text not null,
  name text not null references carried_files,
  brought boolean not null default false,
  primary key (receiver, name)
);
alter table carried_receipts add column if not exists brought boolean not null default false;
create table if not exists carried_wants (
  receiver text not null,
  name text not null references carried_files,
  missing integer[] not null,
  asked timestamptz not null default clock_timestamp(),
  primary key (receiver, name)
);
${FINISHED_TABLES}
commit;`

/** So long a sender has for its answer; then whoever has the file answers for it. */
const SENDER_PATIENCE_S = 10

/**
 * What is carried, in PostgreSQL beside the jobs: which files there are, with the hashes of their
 * pieces; who has which on disk; and who waits for which pieces. Brokers may forget everything: this
 * and the sender's own copy are enough to send it again.
 */
export async function openCarriedFiles(client: LeaseClient) {
  await client.query(TABLES)
  return {
    ...finishedFiles(client),
    /**
     * Says that a file will come. A name has one content for ever: `carrier.other-content` otherwise.
     * Who announces it last answers for it.
     */
    async announce(file: CarriedFile, sender: string): Promise<void> {
      const { name, hash, bytes, pieceBytes, pieces } = file
      const { rowCount } = await client.query(
        `insert into carried_files (name, hash, bytes, piece_bytes, pieces, sender)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (name) do update set sender = excluded.sender,
           piece_bytes = excluded.piece_bytes, pieces = excluded.pieces
         where carried_files.hash = excluded.hash`,
        [name, hash, bytes, pieceBytes, Buffer.from(pieces), sender],
      )
      if (rowCount === 0) {
        const message = `${name} was announced with another content`
        throw new UnifareError('carrier.other-content', message, { name, hash })
      }
      await client.query('delete from carried_asked where name = $1', [name])
    },
    async file(name: string): Promise<CarriedFile | undefined> {
      const { rows } = await client.query('select * from carried_files where name = $1', [name])
      return rows[0] && fileOf(rows[0])
    },
    /** Names of announced files that begin so. */
    async names(prefix: string): Promise<string[]> {
      const { rows } = await client.query(
        'select name from carried_files where starts_with(name, $1) order by name',
        [prefix],
      )
      return rows.map(nameOf)
    },
    /** Names of files of others that this receiver has not said to have. */
    async lacking(receiver: string): Promise<string[]> {
      const { rows } = await client.query(
        `select name from carried_files f where sender <> $1 and not exists
           (select from carried_receipts r where r.receiver = $1 and r.name = f.name)
         order by name`,
        [receiver],
      )
      return rows.map(nameOf)
    },
    /**
     * Says that a file is durable there; only then its sender may count on it. `brought` says that
     * brokers brought it, so that it is no original. False when nobody carries it any more.
     */
    async receive(receiver: string, name: string, brought: boolean): Promise<boolean> {
      const { rows } = await client.query(
        `with file as (select name from carried_files where name = $2 for key share),
           again as (delete from carried_dropped where receiver = $1 and name = $2
             and exists (select from file) returning name),
           receipt as (insert into carried_receipts (receiver, name, brought)
             select $1, name, $3 or exists (select from again) from file on conflict do nothing)
         select name from file`,
        [receiver, name, brought],
      )
      await client.query('delete from carried_wants where receiver = $1 and name = $2', [
        receiver,
        name,
      ])
      return rows.length > 0
    },
    /** What this receiver said to have, with its bytes. */
    async received(receiver: string): Promise<{ readonly name: string; readonly bytes: number }[]> {
      const { rows } = await client.query(
        'select name, bytes from carried_receipts join carried_files using (name) where receiver = $1',
        [receiver],
      )
      return rows.map((row) => ({ name: nameOf(row), bytes: Number(row['bytes']) }))
    },
    /** Takes a receipt back: the disk was lost. */
    async withdraw(receiver: string, name: string): Promise<void> {
      await client.query('delete from carried_receipts where receiver = $1 and name = $2', [
        receiver,
        name,
      ])
    },
    /** Who has a file on disk, beside its sender. */
    async holders(name: string): Promise<string[]> {
      const { rows } = await client.query(
        `select receiver from carried_receipts join carried_files using (name)
         where name = $1 and receiver <> sender order by 1`,
        [name],
      )
      return rows.map((row) => String(row['receiver']))
    },
    /** How many files this sender answers for, and how many of them so many others have on disk. */
    async progress(
      sender: string,
      copies: number,
    ): Promise<{ readonly sent: number; readonly held: number }> {
      const { rows } = await client.query(
        `select count(*) as sent, count(*) filter (where (select count(*) from carried_receipts r
           where r.name = f.name and r.receiver <> $1) >= $2) as held
         from carried_files f where sender = $1`,
        [sender, copies],
      )
      return { sent: Number(rows[0]?.['sent']), held: Number(rows[0]?.['held']) }
    },
    /** Asks for pieces that did not come. */
    async want(receiver: string, name: string, missing: readonly number[]): Promise<void> {
      await client.query(
        `insert into carried_wants (receiver, name, missing) values ($1, $2, $3)
         on conflict (receiver, name) do update set missing = excluded.missing`,
        [receiver, name, missing],
      )
    },
    /**
     * Pieces to be sent by this one, by file: asked for and its own, or asked for in vain for long
     * and on its disk. `patienceS` is how long.
     */
    async wanted(
      sender: string,
      patienceS = SENDER_PATIENCE_S,
    ): Promise<ReadonlyMap<string, readonly number[]>> {
      const { rows } = await client.query(
        `select name, array_agg(distinct piece order by piece) as missing
         from carried_wants w join carried_files using (name), unnest(missing) as piece
         where sender = $1
            or (asked < clock_timestamp() - make_interval(secs => $2) and exists
              (select from carried_receipts r where r.receiver = $1 and r.name = w.name))
         group by name order by name`,
        [sender, patienceS],
      )
      return new Map(rows.map((row) => [nameOf(row), row['missing'] as number[]]))
    },
    /** Who asked was answered; what is lost again is asked for again. */
    async answered(name: string): Promise<void> {
      await client.query('delete from carried_wants where name = $1', [name])
    },
  }
}

export type CarriedFiles = Awaited<ReturnType<typeof openCarriedFiles>>

function nameOf(row: Row): string {
  return String(row['name'])
}

function fileOf(row: Row): CarriedFile {
  return {
    name: nameOf(row),
    hash: String(row['hash']),
    bytes: Number(row['bytes']),
    pieceBytes: Number(row['piece_bytes']),
    pieces: row['pieces'] as Uint8Array,
  }
}
