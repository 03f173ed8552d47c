import type { Hashes } from '@unifare/core'
import { accountHash, BUCKETS, bucketOf } from './account-hash.ts'
import { ROW, ROW_BYTES } from './verdict-rows.ts'

/** Verdict rows under one leaf of a day's tree: a proof carries so many. */
const ROWS_PER_LEAF = 64

/** Bytes of the rows under one leaf; under the last one of a bucket may be fewer. */
export const BLOCK_BYTES = ROWS_PER_LEAF * ROW_BYTES

const LEAF = Uint8Array.of(0)

/** Rows of each bucket, in the order of buckets; rows stand in the order of their accounts' hashes. */
export function rowsByBucket(rows: Uint8Array): Uint8Array[] {
  const words = new DataView(rows.buffer, rows.byteOffset, rows.length)
  const starts = new Float64Array(BUCKETS + 1)
  for (let at = 0; at < rows.length; at += ROW_BYTES) {
    const hash = accountHash(words, at + ROW.issuer, words.getUint8(at + ROW.medium))
    starts[bucketOf(hash) + 1]! += ROW_BYTES
  }
  for (let bucket = 0; bucket < BUCKETS; bucket++) starts[bucket + 1]! += starts[bucket]!
  return Array.from({ length: BUCKETS }, (_, bucket) =>
    rows.subarray(starts[bucket], starts[bucket + 1]),
  )
}

/**
 * Leaf hashes of a bucket's rows (RFC 9162: 0x00 before the content), a leaf for every 64 rows. The
 * bucket's root depends on its rows alone, not on how a day was split over shards.
 */
export function bucketLeaves(rows: Uint8Array, hashes: Hashes): Uint8Array[] {
  const leaves: Uint8Array[] = []
  for (let at = 0; at < rows.length; at += BLOCK_BYTES) {
    leaves.push(hashes.sha256(LEAF, rows.subarray(at, at + BLOCK_BYTES)))
  }
  return leaves
}
