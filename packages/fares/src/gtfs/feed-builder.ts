import type { FeedFault, FeedRow } from './read-table.ts'
import type { GtfsFile } from './tables.ts'

/** The rows of a feed while it is opened, and where its faults go. */
export interface Builder {
  rows(file: GtfsFile): readonly FeedRow[]
  has(file: GtfsFile): boolean
  fault(file: GtfsFile, what: Omit<FeedFault, 'file' | 'level'> & Partial<FeedFault>): void
}

/** Every value of a column that is not empty. */
export function idsOf(rows: readonly FeedRow[], column: string): Set<string> {
  const ids = new Set(rows.map((row) => row.cell(column)))
  ids.delete('')
  return ids
}
