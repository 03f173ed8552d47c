import { view } from '@unifare/core'
import { accountHash } from './account-hash.ts'
import { addToSums, type Checksum, isSameSum, sumsAt, sumsBefore, writeSums } from './checksum.ts'
import { BLOCK_BYTES } from './row-leaves.ts'
import { ROW } from './verdict-rows.ts'

/** Of each block the account hash of its first row, and the sums of the bucket's rows behind it. */
const ENTRY_BYTES = 12
const SUMS_AT = 4
/** Blocks between two runs that are read with them: one more read costs as much time. */
const GAP_BLOCKS = 8

/** An index of a bucket's rows, and what summing them for it came to. */
export interface RowIndex {
  readonly bytes: Uint8Array
  /** Checksum of all rows. */
  readonly sums: Checksum
}

/** Blocks one behind the other, the last one not among them. */
export interface BlockRun {
  readonly first: number
  readonly end: number
}

/**
 * Indexes a bucket's rows, which lie in the order of their accounts' hashes, in the blocks that the
 * day's root stands over. The rows are summed once for the index and for themselves.
 */
export function indexRows(rows: Uint8Array): RowIndex {
  const words = view(rows)
  const bytes = new Uint8Array(Math.ceil(rows.length / BLOCK_BYTES) * ENTRY_BYTES)
  const index = view(bytes)
  let sums = sumsBefore(rows.length)
  for (let at = 0, entry = 0; at < rows.length; at += BLOCK_BYTES, entry += ENTRY_BYTES) {
    const hash = accountHash(words, at + ROW.issuer, words.getUint8(at + ROW.medium))
    sums = addToSums(sums, rows.subarray(at, at + BLOCK_BYTES))
    index.setUint32(entry, hash)
    writeSums(index, entry + SUMS_AT, sums)
  }
  return { bytes, sums }
}

/** Whether an index is one of so many bytes of rows, of this checksum. */
export function isIndexOf(index: Uint8Array, length: number, sums: Checksum): boolean {
  const blocks = Math.ceil(length / BLOCK_BYTES)
  if (index.length !== blocks * ENTRY_BYTES) return false
  return isSameSum(sumsBehind(index, blocks, length), sums)
}

/** Whether the rows of a run are those that were indexed, `length` bytes of rows in all. */
export function isRunOf(
  index: Uint8Array,
  { first, end }: BlockRun,
  { rows, length }: { readonly rows: Uint8Array; readonly length: number },
): boolean {
  const sums = addToSums(sumsBehind(index, first, length), rows)
  return isSameSum(sums, sumsBehind(index, end, length))
}

/** Sums behind the first so many blocks. */
function sumsBehind(index: Uint8Array, blocks: number, length: number): Checksum {
  return blocks === 0
    ? sumsBefore(length)
    : sumsAt(view(index), (blocks - 1) * ENTRY_BYTES + SUMS_AT)
}

/** Blocks in which rows of ascending hashes can stand; those that lie near each other are one run. */
export function runsOf(index: Uint8Array, hashes: readonly number[]): BlockRun[] {
  const words = view(index)
  const runs: { first: number; end: number }[] = []
  for (const hash of hashes) {
    const end = blocksBefore(words, (one) => one <= hash)
    if (end === 0) continue
    // Rows of the hash may begin in the block before the first one that begins with it.
    const first = Math.max(0, blocksBefore(words, (one) => one < hash) - 1)
    const last = runs.at(-1)
    if (last === undefined || first > last.end + GAP_BLOCKS) runs.push({ first, end })
    else last.end = Math.max(last.end, end)
  }
  return runs
}

/** Number of the blocks whose first hash is as asked: all of them stand before all others. */
function blocksBefore(index: DataView, isBefore: (hash: number) => boolean): number {
  let [low, high] = [0, index.byteLength / ENTRY_BYTES]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(index.getUint32(middle * ENTRY_BYTES))) low = middle + 1
    else high = middle
  }
  return low
}
