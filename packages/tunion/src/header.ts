import { defineTable, type FieldFault, type RecordOf } from './layout.ts'

/** Line 2: what the file says of itself (reference clearing 1.3). */
export const headerTable = defineTable([
  ['count', 6, 'count', 'confirmed', 'records', '记录数'],
  ['day', 8, 'date', 'confirmed', 'settlement day', '清算日期'],
  ['receiver', 11, 'code', 'confirmed', 'receiver', '接收机构'],
  ['recordLength', 4, 'count', 'confirmed', 'bytes of a record, CR LF among them', '记录长度'],
  ['filler', 20, 'code', 'confirmed', 'twenty F', '填充'],
])

export type HeaderLine = RecordOf<(typeof headerTable)['rows']>

/** Versions that line 1 may tell. What sets them apart is not told: both are read alike. */
export const VERSIONS = ['01', '02'] as const
export type FileVersion = (typeof VERSIONS)[number]

export const FILLER = 'F'.repeat(20)
/** Largest count that line 2 can tell. */
export const RECORDS_MAX = 999_999

/** What a file says of itself, for programs. */
export interface FileHeader {
  readonly version: FileVersion
  readonly day: string
  readonly receiver: string
  readonly count: number
}

/** Reads line 2; what is wrong in itself goes into the list. */
export function readHeaderLine(line: Uint8Array, faults: FieldFault[]): HeaderLine | undefined {
  const header = headerTable.decode(line, faults)
  if (header !== undefined && header.filler !== FILLER) {
    faults.push({
      field: 'filler',
      column: headerTable.width - FILLER.length + 1,
      code: 'tunion.bad-filler',
    })
  }
  return header
}
