import { concat, type Day, fromHex, type Storage, type Tx, table, toHex } from '@unifare/core'
import type { ClearedSegments } from '../engine/clear-segments.ts'
import { openClosedDay } from '../engine/shard-file.ts'
import type { DayRow } from '../tables.ts'
import { loadLines, storeLines } from './line-table.ts'
import type { RowsDay } from './prove-rows.ts'

/** Roots of the buckets of verdict rows of a day that was closed by segments, in their order. */
interface BucketRootsRow {
  readonly day: Day
  readonly roots: Uint8Array
}

const bucketRoots = table<BucketRootsRow>({
  name: 'day_bucket',
  columns: { day: 'text', roots: 'bytes' },
  key: ['day'],
})

const ROOT_BYTES = 32

/** Keeps what stands under the root of a day beside its verdict rows: those stay in their files. */
export async function storeRowsRoot(
  tx: Tx,
  { day, bucketRoots: roots, lines }: Pick<ClearedSegments, 'day' | 'bucketRoots' | 'lines'>,
): Promise<void> {
  await tx.put(bucketRoots, [{ day, roots: concat(...roots.map(fromHex)) }])
  await storeLines(tx, { day, form: 'json-line', lines })
}

/** What proofs of a day need that was closed by segments; undefined for other days. */
export async function loadRowsDay(
  tx: Tx,
  { day, previousRoot, root, signature }: DayRow,
  storage: Storage,
): Promise<RowsDay | undefined> {
  const [kept] = await tx.get(bucketRoots, [{ day }])
  if (kept === undefined) return undefined
  const closed = await openClosedDay(storage, day)
  const rootsOf = (all: Uint8Array) =>
    Array.from({ length: all.length / ROOT_BYTES }, (_, i) =>
      all.subarray(i * ROOT_BYTES, (i + 1) * ROOT_BYTES),
    )
  return {
    day,
    previousRoot,
    root,
    signature,
    bucketRoots: rootsOf(kept.roots).map(toHex),
    rowsOf: (bucket) => closed.read('rows', bucket),
    rowsNear: (hash) => closed.rowsOf([hash]),
    leavesOf: async (bucket) => rootsOf(await closed.read('rowLeaves', bucket)),
    lines: (await loadLines(tx, day)).lines,
  }
}
