import type { Storage } from './env.ts'
import { assert, requireData, UnifareError } from './errors.ts'
import { createGroupBuffer, type GroupBuffer } from './group-buffer.ts'
import { type Hashes, pureHashes } from './hashes.ts'
import {
  chain,
  GENESIS_HASH,
  MAX_RECORD_BYTES,
  newRecord,
  type RecordPart,
} from './journal-format.ts'
import { type JournalRecord, readRecords } from './journal-reader.ts'
import { recoverJournal } from './journal-recovery.ts'
import { createGroupWriter, type GroupWriter } from './journal-writer.ts'

/** Size at which a segment file is closed and the next one begun. */
export const DEFAULT_SEGMENT_BYTES = 64 * 1024 * 1024

/**
 * Append-only, hash-chained records in segment files: a terminal's journal and a server's
 * segments alike. One writer at a time; nothing is durable before `sync` resolves.
 */
export interface Journal {
  /** What stood behind the last whole record when the journal was opened, and is dropped. */
  readonly recovered: { readonly droppedBytes: number }
  /** Number of records, those not yet synced included. */
  readonly length: number
  /** Number of durable records. */
  readonly syncedLength: number
  /**
   * Takes a record of at most 16 MiB into memory, in one part or several, and returns its index,
   * counted from 0. One part may come with its SHA-256: a wrong one makes the journal unreadable,
   * and the part must not change before a sync; all others are copied.
   * Throws `journal.too-large`, and once a write failed what `sync` threw.
   */
  append(...payload: readonly RecordPart[]): number
  /**
   * Resolves when every record appended before is durable. Callers that arrive while a sync runs
   * share the next one (group commit). Throws `storage.full` when the disk is, and
   * `journal.failed` when writing failed otherwise, for this and every later call until the
   * journal is opened again.
   */
  sync(): Promise<void>
  /** Chain hash after the last record, those not yet synced included; 32 zero bytes at first. */
  chainHash(): Uint8Array
  /** Chain hash after the first `count` durable records. */
  chainHashAt(count: number): Promise<Uint8Array>
  /** Durable records from an index on, at most `limit` (1000). */
  read(fromIndex: number, limit?: number): Promise<JournalRecord[]>
  /** Syncs what is left, unless the journal failed, and closes the file. */
  close(): Promise<void>
}

/** Opens a journal, or creates it. Throws `journal.corrupt` and `journal.version`. */
export async function openJournal(options: {
  readonly storage: Storage
  readonly name: string
  readonly maxSegmentBytes?: number
  /** Those of the host; the pure ones when not given. */
  readonly hashes?: Hashes
}): Promise<Journal> {
  const { storage, name, maxSegmentBytes = DEFAULT_SEGMENT_BYTES, hashes = pureHashes } = options
  assert(/^[\w.-]+$/.test(name), `not a journal name: ${name}`)
  const recovered = await recoverJournal({ storage, name, hashes })
  const writer = createGroupWriter({ storage, name, recovered, maxSegmentBytes })
  const commit = createGroupCommit({ name, writer, hashes })

  async function read(fromIndex: number, limit = 1000): Promise<JournalRecord[]> {
    const { marks, end } = writer
    return await readRecords({ storage, name, marks, end, hashes }, fromIndex, fromIndex + limit)
  }

  return {
    recovered: { droppedBytes: recovered.droppedBytes },
    get length() {
      return commit.length
    },
    get syncedLength() {
      return writer.end.index
    },
    append: commit.append,
    sync: commit.sync,
    chainHash: commit.hash,
    async chainHashAt(count) {
      assert(count >= 0 && count <= writer.end.index, `not ${count} durable records`)
      if (count === 0) return GENESIS_HASH
      const [record] = await read(count - 1, 1)
      assert(record !== undefined, 'a durable record can be read')
      return record.hash
    },
    read,
    close: commit.close,
  }
}

/** Collects records in memory and writes them group by group, one group at a time. */
function createGroupCommit(options: {
  readonly name: string
  readonly writer: GroupWriter
  readonly hashes: Hashes
}) {
  const { name, writer, hashes } = options
  let length = writer.end.index
  let hash = writer.end.hash
  let pending = createGroupBuffer(hashes)
  /** The one that is not collecting: being written, or empty. */
  let other = createGroupBuffer(hashes)
  let running: Promise<void> = Promise.resolve()
  let queued: Promise<void> | undefined
  let failure: UnifareError | undefined
  let closed = false

  async function flush(): Promise<void> {
    const group: GroupBuffer = pending
    pending = other
    other = group
    queued = undefined
    try {
      await writer.write(group, hash)
      group.clear()
    } catch (cause) {
      // What reached the disk is unknown now: only opening again can tell.
      const message = `journal ${name}: ${String(cause)}`
      failure =
        cause instanceof UnifareError
          ? new UnifareError(cause.code, message, { cause })
          : new UnifareError('journal.failed', message, { cause })
      throw failure
    }
  }

  function append(...payload: readonly RecordPart[]): number {
    assert(!closed, 'the journal is closed')
    if (failure !== undefined) throw failure
    const record = newRecord(payload)
    requireData(
      record.length <= MAX_RECORD_BYTES,
      'journal.too-large',
      `a record of ${record.length} bytes; at most ${MAX_RECORD_BYTES} are taken`,
    )
    pending.add(record)
    hash = chain(hash, record, hashes)
    length += 1
    return length - 1
  }

  async function sync(): Promise<void> {
    if (failure !== undefined) throw failure
    if (pending.count > 0) {
      queued ??= running.then(flush)
      running = queued
    }
    await running
  }

  async function close(): Promise<void> {
    if (closed) return
    if (failure === undefined) await sync()
    closed = true
    await writer.close()
  }

  return {
    append,
    sync,
    close,
    hash: () => hash,
    get length() {
      return length
    },
  }
}
