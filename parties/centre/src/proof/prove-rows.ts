import { fromHex, toHex, UnifareError } from '@unifare/core'
import { ROWS_PER_LEAF } from '../engine/row-leaves.ts'
import { ROW_BYTES } from '../engine/verdict-rows.ts'
import { chainedRoot, leafHash, merkleTree } from '../merkle.ts'
import { LINE_FORMS } from './line-forms.ts'
import { type InclusionProof, inclusionProof, type ProvedDay } from './proof.ts'
import type { Subject } from './subject.ts'

/**
 * A day that was cleared in columns: under its root stand the roots of all buckets of verdict rows,
 * then the lines of its orders and positions. Only the bucket that is looked into is read.
 */
export interface RowsDay extends Omit<ProvedDay, 'form'> {
  /** Roots of all buckets in their order, hexadecimal. */
  readonly bucketRoots: readonly string[]
  /** Verdict rows of a bucket, one behind the other. */
  readonly rowsOf: (bucket: number) => Promise<Uint8Array>
}

/**
 * Proves a charge or tap by its block of rows, an order or position by its line; undefined for what
 * does not stand in the day. `bucket` says where to look; all buckets are read without. Throws
 * `proof.wrong-root` when what is kept does not lead to the day's root.
 */
export async function proveRow(
  day: RowsDay,
  subject: Subject,
  bucket?: number,
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
  const all = bucket === undefined ? day.bucketRoots.keys() : [bucket].values()
  for (const at of all) {
    const blocks = blocksOf(await day.rowsOf(at))
    for (const [index, line] of blocks.entries()) {
      const row = LINE_FORMS['verdict-rows'](line, subject)
      if (row === undefined) continue
      const own = merkleTree(blocks.map(leafHash))
      if (toHex(own.root) !== day.bucketRoots[at]) throw wrongRoot(`rows of bucket ${at} differ`)
      const path = [...own.proof(index), ...top.proof(at)]
      return inclusionProof(day, { subject, row, line, path, form: 'verdict-rows' })
    }
  }
  return undefined
}

function blocksOf(rows: Uint8Array): Uint8Array[] {
  const bytes = ROWS_PER_LEAF * ROW_BYTES
  return Array.from({ length: Math.ceil(rows.length / bytes) }, (_, index) =>
    rows.subarray(index * bytes, (index + 1) * bytes),
  )
}

function wrongRoot(message: string): UnifareError {
  return new UnifareError('proof.wrong-root', message)
}
