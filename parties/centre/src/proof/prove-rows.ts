import { equalBytes, fromHex, toHex, UnifareError } from '@unifare/core'
import { bucketOf } from '../engine/account-hash.ts'
import { BLOCK_BYTES } from '../engine/row-leaves.ts'
import { chainedRoot, leafHash, merkleTree, type ProofStep } from '../merkle.ts'
import { LINE_FORMS } from './line-forms.ts'
import { type InclusionProof, inclusionProof, type ProvedDay } from './proof.ts'
import type { Subject } from './subject.ts'

/**
 * A day that was cleared in columns: under its root stand the roots of all buckets of verdict rows,
 * then the lines of its orders and positions. Only what is looked into is read.
 */
export interface RowsDay extends Omit<ProvedDay, 'form'> {
  /** Roots of all buckets in their order, hexadecimal. */
  readonly bucketRoots: readonly string[]
  /** Verdict rows of a bucket, one behind the other. */
  readonly rowsOf: (bucket: number) => Promise<Uint8Array>
  /** Blocks of 64 rows in which those of accounts of a hash stand. */
  readonly rowsNear: (hash: number) => Promise<Uint8Array>
  /** Leaf hashes of a bucket's blocks. */
  readonly leavesOf: (bucket: number) => Promise<readonly Uint8Array[]>
}

/**
 * Proves a charge or tap by its block of rows, an order or position by its line; undefined for what
 * does not stand in the day. The hash of its account says where to look; all buckets are read without. Throws
 * `proof.wrong-root` when what is kept does not lead to the day's root.
 */
export async function proveRow(
  day: RowsDay,
  subject: Subject,
  hash?: number,
): Promise<InclusionProof | undefined> {
  const top = merkleTree([...day.bucketRoots.map(fromHex), ...day.lines.map(leafHash)])
  const root = toHex(chainedRoot(fromHex(day.previousRoot), day.day, top.root))
  if (root !== day.root) throw wrongRoot(`the buckets of ${day.day} lead to ${root}`)
  for (const [index, line] of day.lines.entries()) {
    const row = LINE_FORMS['json-line'](line, subject)
    if (row === undefined) continue
    const path = top.proof(day.bucketRoots.length + index)
    return inclusionProof(day, { subject, row, line, path, form: 'json-line' })
  }
  if (subject.kind !== 'charge' && subject.kind !== 'tap') return undefined
  const buckets = hash === undefined ? day.bucketRoots.keys() : [bucketOf(hash)].values()
  for (const bucket of buckets) {
    const rows = await (hash === undefined ? day.rowsOf(bucket) : day.rowsNear(hash))
    for (const line of blocksOf(rows)) {
      const row = LINE_FORMS['verdict-rows'](line, subject)
      if (row === undefined) continue
      const path = [...(await pathInBucket(day, bucket, line)), ...top.proof(bucket)]
      return inclusionProof(day, { subject, row, line, path, form: 'verdict-rows' })
    }
  }
  return undefined
}

/** The way from a block of rows to the root of its bucket. */
async function pathInBucket(day: RowsDay, bucket: number, block: Uint8Array): Promise<ProofStep[]> {
  const leaves = await day.leavesOf(bucket)
  const own = leafHash(block)
  const index = leaves.findIndex((leaf) => equalBytes(leaf, own))
  const tree = merkleTree(leaves)
  if (index === -1 || toHex(tree.root) !== day.bucketRoots[bucket]) {
    throw wrongRoot(`rows of bucket ${bucket} differ`)
  }
  return tree.proof(index)
}

/** Blocks under a leaf each. Of rows that are not a whole bucket, only the last may be shorter. */
function blocksOf(rows: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.ceil(rows.length / BLOCK_BYTES) }, (_, index) =>
    rows.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES),
  )
}

function wrongRoot(message: string): UnifareError {
  return new UnifareError('proof.wrong-root', message)
}
