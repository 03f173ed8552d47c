import type { Storage } from './env.ts'
import { assert } from './errors.ts'
import type { Hashes } from './hashes.ts'
import { chainGroup, decodeGroup, segmentName } from './journal-format.ts'
import type { Mark } from './journal-recovery.ts'

/** A durable record, its place in the journal and the chain hash after it. */
export interface JournalRecord {
  readonly index: number
  readonly payload: Uint8Array
  readonly hash: Uint8Array
}

/** The durable part of a journal, as far as its marks and end tell. */
export interface JournalExtent {
  readonly storage: Storage
  readonly name: string
  readonly marks: readonly Mark[]
  readonly end: Mark
  readonly hashes: Hashes
}

/** Records from an index on, up to but not including another; reads stretch by stretch. */
export async function readRecords(
  extent: JournalExtent,
  fromIndex: number,
  untilIndex: number,
): Promise<JournalRecord[]> {
  const until = Math.min(extent.end.index, untilIndex)
  const records: JournalRecord[] = []
  let position = findMark(extent.marks, fromIndex)
  while (fromIndex + records.length < until) {
    const mark = extent.marks[position]
    assert(mark !== undefined, 'durable records stand behind a mark')
    const bytes = await readStretch(extent, mark, extent.marks[position + 1] ?? extent.end)
    for (const record of recordsFrom(mark, bytes, extent.hashes)) {
      if (record.index >= fromIndex && record.index < until) records.push(record)
    }
    position += 1
  }
  return records
}

/** Bytes between a mark and the next one, or the end of the segment. */
async function readStretch(extent: JournalExtent, mark: Mark, next: Mark): Promise<Uint8Array> {
  const length = next.segment === mark.segment ? next.offset - mark.offset : undefined
  const file = await extent.storage.open(segmentName(extent.name, mark.segment))
  try {
    return await file.read(mark.offset, length)
  } finally {
    await file.close()
  }
}

/** Position of the last mark at or before an index. */
function findMark(marks: readonly Mark[], index: number): number {
  let low = 0
  let high = marks.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((marks[middle]?.index ?? 0) <= index) low = middle
    else high = middle - 1
  }
  return low
}

function* recordsFrom(mark: Mark, bytes: Uint8Array, hashes: Hashes): Generator<JournalRecord> {
  let { index, hash: before } = mark
  let offset = 0
  const groupAt = (at: number) => decodeGroup(bytes, at, hashes)
  for (let group = groupAt(0); group; group = groupAt(offset)) {
    for (const [i, hash] of chainGroup(before, group, hashes).entries()) {
      yield { index, payload: (group.payloads[i] ?? new Uint8Array()).slice(), hash }
      before = hash
      index += 1
    }
    offset = group.end
  }
}
