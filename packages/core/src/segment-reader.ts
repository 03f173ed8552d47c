import type { Storage } from './env.ts'
import { requireData } from './errors.ts'
import type { Hashes } from './hashes.ts'
import { decodeGroup, decodeSegmentHeader, SEGMENT_HEADER, segmentName } from './journal-format.ts'

/** A record of a segment: its place in the journal, and its bytes, a view of what was read. */
export interface SegmentRecord {
  readonly index: number
  readonly payload: Uint8Array
}

/** Numbers of a journal's segments, in their order. */
export async function listSegments(storage: Storage, journal: string): Promise<number[]> {
  const names = await storage.list(`${journal}-`)
  return names.flatMap((name) => {
    const number = Number(/-(\d{6,})\.seg$/.exec(name)?.[1])
    return name === segmentName(journal, number) ? [number] : []
  })
}

/** Place in its journal of the first record of a segment. Throws `journal.corrupt`. */
export async function segmentStart(
  storage: Storage,
  journal: string,
  segment: number,
): Promise<number> {
  const name = segmentName(journal, segment)
  const file = await storage.open(name)
  try {
    const header = decodeSegmentHeader(await file.read(0, SEGMENT_HEADER.length))
    requireData(header?.segment === segment, 'journal.corrupt', `${name} is no segment ${segment}`)
    return header.firstIndex
  } finally {
    await file.close()
  }
}

/**
 * Records of one segment from front to back: for who works a journal off by segments. Every group's
 * checksum is verified; the hash chain was, when the records were taken in. Throws
 * `journal.corrupt`.
 */
export async function* readSegment(options: {
  readonly storage: Storage
  readonly journal: string
  readonly segment: number
  readonly hashes: Hashes
  /** Room that the segment may be read into; records are views of it then. */
  readonly into?: Uint8Array
}): AsyncGenerator<SegmentRecord> {
  const { storage, journal, segment, hashes, into } = options
  const name = segmentName(journal, segment)
  const bytes = await storage.read(name, into)
  const header = bytes && decodeSegmentHeader(bytes)
  requireData(
    bytes !== undefined && header?.segment === segment,
    'journal.corrupt',
    `${name} is no segment ${segment}`,
  )
  let at = SEGMENT_HEADER.length
  for (let group = decodeGroup(bytes, at, hashes); group; group = decodeGroup(bytes, at, hashes)) {
    let index = group.firstIndex
    for (const payload of group.payloads) yield { index: index++, payload }
    at = group.end
  }
  // Behind the last group stand the zeros of preallocation.
  requireData(
    bytes.subarray(at, at + 4).every((byte) => byte === 0),
    'journal.corrupt',
    `${name} has a broken group at byte ${at}`,
  )
}
