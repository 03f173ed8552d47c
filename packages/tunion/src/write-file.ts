import { concat, UnifareError, utf8 } from '@unifare/core'
import { FILLER, type FileVersion, headerTable, RECORDS_MAX } from './header.ts'
import { type FileKind, KINDS } from './kinds.ts'
import { type FieldRow, LINE_END, type RecordTable } from './layout.ts'
import type { RecordOfKind } from './read-file.ts'

/** Head of a file to write. */
export interface WriteHeader {
  readonly day: string
  readonly receiver: string
  /** `01` when not given. */
  readonly version?: FileVersion
}

/**
 * Lines of a file one by one, so that it never stands in memory whole; the count comes first, as
 * line 2 tells it. Throws `tunion.too-large`, `tunion.does-not-fit`.
 */
export function* fileLines<K extends FileKind>(
  kind: K,
  { day, receiver, version = '01', count }: WriteHeader & { readonly count: number },
  records: Iterable<RecordOfKind<K>>,
): Generator<Uint8Array> {
  const table = KINDS[kind].table as unknown as RecordTable<readonly FieldRow[]>
  if (count > RECORDS_MAX) {
    throw new UnifareError(
      'tunion.too-large',
      `${count} records; a file has at most ${RECORDS_MAX}`,
    )
  }
  const recordLength = table.width + LINE_END.length
  yield concat(utf8(version), LINE_END)
  yield headerTable.encode({ count, day, receiver, recordLength, filler: FILLER })
  let written = 0
  for (const record of records) {
    written += 1
    yield table.encode(record)
  }
  if (written !== count) throw new TypeError(`${written} records where ${count} were announced`)
}

/** Bytes of a whole file; without records, that of a day on which nothing happened. */
export function writeFile<K extends FileKind>(
  kind: K,
  header: WriteHeader,
  records: readonly RecordOfKind<K>[],
): Uint8Array {
  return concat(...fileLines(kind, { ...header, count: records.length }, records))
}
