import { open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { concat, type Day, type Storage } from '@unifare/core'
import { diskFault, makeWritableFolder } from '@unifare/core/node'
import { type BasicType, type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer'
import {
  BUCKETS,
  NO_FEE_ROW,
  openClosedDay,
  ROW_BYTES,
  verdictOf,
  verdictRow,
} from '../../src/index.ts'

/** Rows of a file, about: what is held in memory at once. */
const ROWS_PER_FILE = 250_000

type Row = ReturnType<typeof verdictRow.decode>

/** Columns of the archive: name, Parquet type, and what of a row stands there. */
const COLUMNS: readonly (readonly [string, BasicType, (row: Row) => unknown])[] = [
  ['operator', 'STRING', (row) => row.operator],
  ['number', 'INT64', (row) => BigInt(row.number)],
  ['place', 'INT32', (row) => row.place],
  ['corrects', 'INT64', (row) => (row.corrects === 0 ? null : BigInt(row.corrects))],
  ['verdict', 'STRING', (row) => verdictOf(row.verdict)],
  ['medium', 'INT32', (row) => row.medium],
  ['mode', 'INT32', (row) => row.mode],
  ['issuer', 'STRING', (row) => row.issuer],
  ['account', 'STRING', (row) => row.account],
  ['fee_row', 'INT32', (row) => (row.feeRow === NO_FEE_ROW ? null : row.feeRow)],
  ['amount_fen', 'INT64', (row) => BigInt(row.amountFen)],
  ['balance_fen', 'INT64', (row) => BigInt(row.balanceFen)],
  ['terminal', 'STRING', (row) => row.terminal],
  ['sequence', 'INT64', (row) => BigInt(row.sequence)],
  ['counter', 'INT64', (row) => BigInt(row.counter)],
  ['at', 'TIMESTAMP', (row) => (row.at === 0 ? null : new Date(row.at))],
  ['tap_day', 'STRING', (row) => row.tapDay],
]

/** An archived day: its files and how many rows they have. */
export interface ArchivedDay {
  readonly files: readonly string[]
  readonly rows: number
  readonly bytes: number
}

/**
 * Writes the verdict rows of a closed day as Parquet files, for years and for any program that
 * reads them: a row for every charged tap, in the order of the day's root; `fee_row` is null where
 * nothing settled. The same day gives the same bytes. Throws `centre.no-closed-day`,
 * `storage.bad-folder` and `storage.full`.
 */
export async function archiveDay(options: {
  readonly storage: Storage
  readonly day: Day
  /** Folder of the archive, created when missing. */
  readonly dir: string
}): Promise<ArchivedDay> {
  const { storage, day, dir } = options
  await makeWritableFolder(dir)
  const closed = await openClosedDay(storage, day)
  const files: string[] = []
  let [rows, bytes] = [0, 0]
  let held: Uint8Array[] = []
  let heldRows = 0

  async function flush(): Promise<void> {
    if (heldRows === 0) return
    const file = join(dir, `rows-${day}-${String(files.length).padStart(4, '0')}.parquet`)
    const content = parquetOf(concat(...held))
    await writeDurably(file, content)
    files.push(file)
    rows += heldRows
    bytes += content.length
    held = []
    heldRows = 0
  }

  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const own = await closed.read('rows', bucket)
    held.push(own)
    heldRows += own.length / ROW_BYTES
    if (heldRows >= ROWS_PER_FILE) await flush()
  }
  await flush()
  return { files, rows, bytes }
}

function parquetOf(bytes: Uint8Array): Uint8Array {
  const data = COLUMNS.map((): unknown[] => [])
  for (let at = 0; at < bytes.length; at += ROW_BYTES) {
    const row = verdictRow.decode(bytes.subarray(at, at + ROW_BYTES))
    COLUMNS.forEach(([, , value], column) => {
      data[column]?.push(value(row))
    })
  }
  const columnData = COLUMNS.map(
    ([name, type], column): ColumnSource => ({ name, type, data: data[column] ?? [] }),
  )
  return new Uint8Array(parquetWriteBuffer({ columnData }))
}

/** A file has its name when all of it is on the disk. */
async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const own = `${path}.new`
  try {
    const handle = await open(own, 'w', 0o600)
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(own, path)
  } catch (error) {
    await rm(own, { force: true }).catch(() => undefined)
    throw diskFault(error, path, dirname(path))
  }
}
