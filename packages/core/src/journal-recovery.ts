import { equalBytes } from './bytes.ts'
import type { AppendFile, Storage } from './env.ts'
import { UnifareError } from './errors.ts'
import type { Hashes } from './hashes.ts'
import {
  chainGroup,
  decodeGroup,
  decodeSegmentHeader,
  encodeSegmentHeader,
  follows,
  GENESIS_HASH,
  hasGroup,
  SEGMENT_HEADER,
  SEGMENT_VERSION,
  segmentName,
} from './journal-format.ts'

/** Bytes of groups between two marks: what one read fetches at least. */
export const STRETCH_BYTES = 64 * 1024

/** A place in the journal from which it can be read: everything before is summed up in the hash. */
export interface Mark {
  readonly segment: number
  readonly offset: number
  readonly index: number
  readonly hash: Uint8Array
}

/** What stands in the segment files, ready for the next group. */
export interface RecoveredJournal {
  readonly marks: Mark[]
  /** Where the next group goes. */
  readonly end: Mark
  /** Version of the last segment. */
  readonly version: number
  /** The last segment, open for writing. */
  readonly file: AppendFile
  /** Bytes behind the last whole group that were no record, and are zeros now. */
  readonly droppedBytes: number
}

interface Scan {
  readonly version: number
  readonly marks: Mark[]
  readonly end: Mark
  readonly lastGroupAt: number | undefined
  /** Offset behind the last byte that is not zero. */
  readonly writtenEnd: number
}

/**
 * Reads all segments of a journal, verifies every group and the chain, creates the first segment
 * of a new journal, and makes durable what it found: after a kill the last group may have been in
 * no more than the system's cache, and who acts on it must not lose it later.
 * Throws `journal.corrupt` and `journal.version`.
 */
export async function recoverJournal(options: {
  readonly storage: Storage
  readonly name: string
  readonly hashes: Hashes
}): Promise<RecoveredJournal> {
  const { storage, name, hashes } = options
  const scanAt = (bytes: Uint8Array, start: Mark) => scanSegment(bytes, { name, start, hashes })

  const last = await countSegments(storage, name)
  let end: Mark = { segment: 1, offset: SEGMENT_HEADER.length, index: 0, hash: GENESIS_HASH }
  if (last === 0) {
    await storage.replace(segmentName(name, 1), encodeSegmentHeader(1, 0, GENESIS_HASH))
    const file = await storage.open(segmentName(name, 1))
    return { marks: [end], end, version: SEGMENT_VERSION, file, droppedBytes: 0 }
  }
  const marks: Mark[] = []
  for (let segment = 1; segment < last; segment++) {
    const bytes = await storage.read(segmentName(name, segment))
    const scan = scanAt(bytes ?? new Uint8Array(), { ...end, segment, offset: 0 })
    if (scan.writtenEnd > scan.end.offset)
      throw corrupt(name, scan.end, 'no whole group of records')
    marks.push(...scan.marks)
    end = scan.end
  }
  const file = await storage.open(segmentName(name, last))
  const bytes = await file.read()
  const scan = scanAt(bytes, { ...end, segment: last, offset: 0 })
  if (hasGroup(bytes, scan.end.offset, hashes)) {
    throw corrupt(name, scan.end, 'no whole group of records')
  }
  marks.push(...scan.marks)
  await settle(file, bytes, scan)
  const droppedBytes = Math.max(0, scan.writtenEnd - scan.end.offset)
  return { marks, end: scan.end, version: scan.version, file, droppedBytes }
}

async function countSegments(storage: Storage, name: string): Promise<number> {
  const own = (await storage.list(`${name}-`)).filter((file) =>
    /^\d{6}\.seg$/.test(file.slice(name.length + 1)),
  )
  own.forEach((file, position) => {
    const expected = segmentName(name, position + 1)
    if (file !== expected) {
      const message = `journal ${name}: segment file ${expected} is missing`
      throw new UnifareError('journal.corrupt', message, { file: expected })
    }
  })
  return own.length
}

function scanSegment(
  bytes: Uint8Array,
  { name, start, hashes }: { readonly name: string; readonly start: Mark; readonly hashes: Hashes },
): Scan {
  const header = decodeSegmentHeader(bytes)
  const chained =
    header !== undefined &&
    header.segment === start.segment &&
    header.firstIndex === start.index &&
    equalBytes(header.previousHash, start.hash)
  if (!chained) throw corrupt(name, start, 'the segment does not follow the one before')
  let end: Mark = { ...start, offset: SEGMENT_HEADER.length }
  const marks: Mark[] = [end]
  let markedAt = end.offset
  let lastGroupAt: number | undefined
  for (;;) {
    const group = decodeGroup(bytes, end.offset, hashes)
    if (group === undefined) break
    if (group.firstIndex !== end.index || !follows(group, end.hash)) {
      throw corrupt(name, end, 'the chain of hashes is broken')
    }
    if (end.offset - markedAt >= STRETCH_BYTES) {
      marks.push(end)
      markedAt = end.offset
    }
    lastGroupAt = end.offset
    const hash = chainGroup(end.hash, group, hashes).at(-1) ?? end.hash
    end = { ...end, offset: group.end, index: end.index + group.payloads.length, hash }
  }
  return { version: header.version, marks, end, lastGroupAt, writtenEnd: writtenEnd(bytes) }
}

/** Writes the last group once more and zeros over the torn rest, and syncs both. */
async function settle(file: AppendFile, bytes: Uint8Array, scan: Scan): Promise<void> {
  const from = scan.lastGroupAt ?? scan.end.offset
  const to = Math.max(scan.end.offset, scan.writtenEnd)
  if (from === to) return
  const settled = new Uint8Array(to - from)
  settled.set(bytes.subarray(from, scan.end.offset))
  await file.write(from, settled)
  await file.sync()
}

function writtenEnd(bytes: Uint8Array): number {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end -= 1
  return end
}

function corrupt(name: string, at: Mark, why: string): UnifareError {
  const file = segmentName(name, at.segment)
  const message = `journal ${name}: ${why}: ${file}, offset ${at.offset}, behind record ${at.index}`
  return new UnifareError('journal.corrupt', message, { file, offset: at.offset, index: at.index })
}
