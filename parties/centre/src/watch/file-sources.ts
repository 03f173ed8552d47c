import type { Tx } from '@unifare/core'
import { datedGaps } from '../files/gaps.ts'
import { type FileRow, files } from '../files/tables.ts'
import type { SourceRow } from './sources.ts'

/**
 * Every member's row of numbered files of a kind as a source, named `sender/kind`: when the last
 * came, and which are missing between the first and the last. Refused files have their place too;
 * one whose parts did not all come has none yet.
 */
export async function fileSources(tx: Tx): Promise<SourceRow[]> {
  const series = new Map<string, FileRow[]>()
  for (const row of await tx.select(files, {})) {
    if (row.state === 'open') continue
    const id = `${row.sender}/${row.kind}`
    const known = series.get(id)
    if (known === undefined) series.set(id, [row])
    else known.push(row)
  }
  return [...series].map(([id, rows]) => ({
    kind: 'files',
    id,
    operator: id.split('/')[0] ?? '',
    heardAt: rows.reduce((last, { takenAt }) => Math.max(last, takenAt), 0),
    end: rows.reduce((last, { sequence }) => Math.max(last, sequence), 0) + 1,
    gaps: datedGaps(rows),
  }))
}
