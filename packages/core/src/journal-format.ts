import { equalBytes, view } from './bytes.ts'
import { UnifareError } from './errors.ts'
import { type Hashes, pureHashes } from './hashes.ts'
import { defineLayout } from './layout.ts'

/** Longest payload of one record. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024

/** Chain hash of an empty journal: 32 zero bytes. */
export const GENESIS_HASH: Uint8Array = new Uint8Array(32)

const VERSION = 1
const SEGMENT_MAGIC = 'UFJOURNL'
const GROUP_MAGIC = 'UFG1'
const LINK_BYTES = 8

/** First bytes of every segment file; the previous hash chains it to the segment before. */
export const SEGMENT_HEADER = defineLayout(64, {
  magic: [0, 'ascii', 8],
  version: [8, 'u16'],
  segment: [12, 'u32'],
  firstIndex: [16, 'u48'],
  previousHash: [24, 'bytes', 32],
  crc: [60, 'u32'],
})

/**
 * Head of a group: the records that one sync made durable together, each as length u32 and
 * payload. A group is written only after the group before it was synced, so a torn one can only
 * be the last; that is what tells a cut from a corruption.
 */
export const GROUP_HEADER = defineLayout(32, {
  magic: [0, 'ascii', 4],
  bodyBytes: [4, 'u32'],
  count: [8, 'u32'],
  firstIndex: [12, 'u48'],
  link: [18, 'bytes', LINK_BYTES],
  crc: [28, 'u32'],
})

/** A group that was read back: its records (views of the bytes read) and the offset behind it. */
export interface Group {
  readonly firstIndex: number
  readonly link: Uint8Array
  readonly payloads: readonly Uint8Array[]
  readonly end: number
}

/** Chain hash after a record: SHA-256(hash before || payload), the payload in one part or several. */
export function chain(
  hash: Uint8Array,
  payload: readonly Uint8Array[],
  hashes: Hashes = pureHashes,
): Uint8Array {
  return hashes.sha256(hash, ...payload)
}

/** File name of a segment, counted from 1. */
export function segmentName(journal: string, segment: number): string {
  return `${journal}-${String(segment).padStart(6, '0')}.seg`
}

/** Bytes of a segment header. */
export function encodeSegmentHeader(
  segment: number,
  firstIndex: number,
  previousHash: Uint8Array,
): Uint8Array {
  const values = {
    magic: SEGMENT_MAGIC,
    version: VERSION,
    segment,
    firstIndex,
    previousHash,
    crc: 0,
  }
  return sealed(SEGMENT_HEADER.encode(values), SEGMENT_HEADER.fields.crc[0], pureHashes)
}

/** Reads a segment header; undefined when it is not whole. Throws `journal.version`. */
export function decodeSegmentHeader(
  bytes: Uint8Array,
): { segment: number; firstIndex: number; previousHash: Uint8Array } | undefined {
  if (bytes.length < SEGMENT_HEADER.length) return undefined
  const header = SEGMENT_HEADER.decode(bytes)
  const crcAt = SEGMENT_HEADER.fields.crc[0]
  if (header.magic !== SEGMENT_MAGIC || header.crc !== pureHashes.crc32(bytes.subarray(0, crcAt))) {
    return undefined
  }
  if (header.version !== VERSION) {
    const message = `journal format ${header.version} is not known here (known: ${VERSION})`
    throw new UnifareError('journal.version', message, { version: header.version })
  }
  return header
}

/** Bytes of a group of records that follow a chain hash. */
export function encodeGroup(
  firstIndex: number,
  hashBefore: Uint8Array,
  payloads: readonly Uint8Array[],
): Uint8Array {
  const group = createGroupBuffer()
  for (const payload of payloads) group.add([payload])
  return group.seal(firstIndex, hashBefore)
}

/** Collects the records of one group where they will be written from: each is copied once. */
export interface GroupBuffer {
  readonly count: number
  /** Takes a record, in one part or several. */
  add(parts: readonly Uint8Array[]): void
  /** The whole group, a view that is good until `clear`. */
  seal(firstIndex: number, hashBefore: Uint8Array): Uint8Array
  clear(): void
}

/** Memory that a group keeps for the next one. */
const KEPT_BYTES = 8 * 1024 * 1024

export function createGroupBuffer(hashes: Hashes = pureHashes): GroupBuffer {
  let bytes = new Uint8Array(1024)
  let end = GROUP_HEADER.length
  let count = 0

  return {
    get count() {
      return count
    },
    add(parts) {
      const length = parts.reduce((sum, part) => sum + part.length, 0)
      if (end + 4 + length > bytes.length) {
        const grown = new Uint8Array(Math.max(bytes.length * 2, end + 4 + length))
        grown.set(bytes.subarray(0, end))
        bytes = grown
      }
      view(bytes).setUint32(end, length)
      end += 4
      for (const part of parts) {
        bytes.set(part, end)
        end += part.length
      }
      count += 1
    },
    seal(firstIndex, hashBefore) {
      const link = hashBefore.subarray(0, LINK_BYTES)
      const bodyBytes = end - GROUP_HEADER.length
      const values = { magic: GROUP_MAGIC, bodyBytes, count, firstIndex, link, crc: 0 }
      bytes.set(GROUP_HEADER.encode(values))
      return sealed(bytes.subarray(0, end), GROUP_HEADER.fields.crc[0], hashes)
    },
    clear() {
      if (bytes.length > KEPT_BYTES) bytes = new Uint8Array(1024)
      end = GROUP_HEADER.length
      count = 0
    },
  }
}

/** Reads the group at an offset; undefined when no whole group stands there. */
export function decodeGroup(
  bytes: Uint8Array,
  offset: number,
  hashes: Hashes = pureHashes,
): Group | undefined {
  const body = offset + GROUP_HEADER.length
  if (bytes.length < body) return undefined
  const header = GROUP_HEADER.decode(bytes.subarray(offset, body))
  const end = body + header.bodyBytes
  if (header.magic !== GROUP_MAGIC || end > bytes.length) return undefined
  const crcAt = offset + GROUP_HEADER.fields.crc[0]
  if (header.crc !== hashes.crc32(bytes.subarray(offset, crcAt), bytes.subarray(body, end)))
    return undefined
  const payloads: Uint8Array[] = []
  let at = body
  for (let i = 0; i < header.count; i++) {
    if (at + 4 > end) return undefined
    const next = at + 4 + view(bytes).getUint32(at)
    if (next > end) return undefined
    payloads.push(bytes.subarray(at + 4, next))
    at = next
  }
  if (at !== end) return undefined
  return { firstIndex: header.firstIndex, link: header.link, payloads, end }
}

/** Whether a group was written behind the record with this chain hash. */
export function follows(group: Group, hash: Uint8Array): boolean {
  return equalBytes(group.link, hash.subarray(0, LINK_BYTES))
}

/** Whether a whole group stands anywhere at or behind an offset. */
export function hasGroup(bytes: Uint8Array, from: number, hashes: Hashes): boolean {
  const first = GROUP_MAGIC.charCodeAt(0)
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (decodeGroup(bytes, at, hashes) !== undefined) return true
  }
  return false
}

function sealed(bytes: Uint8Array, crcAt: number, hashes: Hashes): Uint8Array {
  const sum = hashes.crc32(bytes.subarray(0, crcAt), bytes.subarray(crcAt + 4))
  view(bytes).setUint32(crcAt, sum)
  return bytes
}
