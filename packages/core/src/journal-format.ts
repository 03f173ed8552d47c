import { equalBytes, view } from './bytes.ts'
import { assert, UnifareError } from './errors.ts'
import { type Hashes, pureHashes } from './hashes.ts'
import { defineLayout } from './layout.ts'

/** Longest payload of one record. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024

/** Chain hash of an empty journal: 32 zero bytes. */
export const GENESIS_HASH: Uint8Array = new Uint8Array(32)

/** Version that is written; all before it are read for ever. */
export const SEGMENT_VERSION = 3
const SEGMENT_MAGIC = 'UFJOURNL'
/** Groups of the versions: bytes that their records begin with, and what their sum takes bulks for. */
const GROUP_KINDS = {
  UFG1: { headBytes: 4, bulksBySum: false },
  UFG2: { headBytes: 12, bulksBySum: false },
  UFG3: { headBytes: 12, bulksBySum: true },
} as const
export const GROUP_MAGIC = 'UFG3'
const RECORD_HEAD_BYTES = GROUP_KINDS[GROUP_MAGIC].headBytes
export const LINK_BYTES = 8

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
 * Head of a group: the records that one sync made durable together, each as length u32 (from version
 * 2 on then place and length of its bulk, u32 each) and payload. The sum covers all but itself; from
 * version 3 on a bulk stands in it as its SHA-256, as in the chain: no byte is summed twice. A group is written only after the group before it was synced, so a torn one can only
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
  /** Heads of the records, from version 2 on. */
  readonly heads: readonly Uint8Array[] | undefined
  /** SHA-256 of the bulks, where the sum was made over them. */
  readonly bulkHashes: readonly (Uint8Array | undefined)[]
  readonly end: number
}

/**
 * A part of a record with its SHA-256, which whoever has it gives along: it is neither hashed nor
 * copied again, and must stay as it is until it is durable.
 */
export interface HashedPart {
  readonly bytes: Uint8Array
  readonly sha256: Uint8Array
}
export type RecordPart = Uint8Array | HashedPart

/** A record as it is appended: its head, and its parts with at most one that is hashed already. */
export interface NewRecord {
  readonly head: Uint8Array
  readonly parts: readonly RecordPart[]
  readonly length: number
}

const recordHead = defineLayout(RECORD_HEAD_BYTES, {
  length: [0, 'u32'],
  bulkAt: [4, 'u32'],
  bulkLength: [8, 'u32'],
})

export function newRecord(parts: readonly RecordPart[]): NewRecord {
  let [length, bulkAt, bulkLength] = [0, 0, 0]
  for (const part of parts) {
    const { bytes } = part instanceof Uint8Array ? { bytes: part } : part
    if (!(part instanceof Uint8Array)) {
      assert(bulkLength === 0, 'one part of a record is hashed at most')
      bulkAt = length
      bulkLength = bytes.length
    }
    length += bytes.length
  }
  return { head: recordHead.encode({ length, bulkAt, bulkLength }), parts, length }
}

/**
 * Chain hash after a new record: SHA-256(hash before || head || payload), where the bulk, if there is
 * one, stands as its own SHA-256.
 */
export function chain(hash: Uint8Array, { head, parts }: NewRecord, hashes: Hashes): Uint8Array {
  const hashed = parts.flatMap((part) => {
    if (part instanceof Uint8Array) return [part]
    return part.bytes.length === 0 ? [] : [part.sha256]
  })
  return hashes.sha256(hash, head, ...hashed)
}

/** Chain hashes after each record of a group that was read. */
export function chainGroup(before: Uint8Array, group: Group, hashes: Hashes): Uint8Array[] {
  const { heads, bulkHashes } = group
  let hash = before
  return group.payloads.map((payload, i) => {
    const head = heads?.[i]
    if (head === undefined) {
      hash = hashes.sha256(hash, payload)
      return hash
    }
    const { bulkAt, bulkLength } = recordHead.decode(head)
    const end = bulkAt + bulkLength
    hash =
      bulkLength === 0
        ? hashes.sha256(hash, head, payload)
        : hashes.sha256(
            hash,
            head,
            payload.subarray(0, bulkAt),
            bulkHashes[i] ?? hashes.sha256(payload.subarray(bulkAt, end)),
            payload.subarray(end),
          )
    return hash
  })
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
    version: SEGMENT_VERSION,
    segment,
    firstIndex,
    previousHash,
    crc: 0,
  }
  return sealed(SEGMENT_HEADER.encode(values), SEGMENT_HEADER.fields.crc[0])
}

/** Reads a segment header; undefined when it is not whole. Throws `journal.version`. */
export function decodeSegmentHeader(
  bytes: Uint8Array,
): { version: number; segment: number; firstIndex: number; previousHash: Uint8Array } | undefined {
  if (bytes.length < SEGMENT_HEADER.length) return undefined
  const header = SEGMENT_HEADER.decode(bytes)
  const crcAt = SEGMENT_HEADER.fields.crc[0]
  if (header.magic !== SEGMENT_MAGIC || header.crc !== pureHashes.crc32(bytes.subarray(0, crcAt))) {
    return undefined
  }
  if (header.version < 1 || header.version > SEGMENT_VERSION) {
    const message = `journal format ${header.version} is not known here (known: 1 to ${SEGMENT_VERSION})`
    throw new UnifareError('journal.version', message, { version: header.version })
  }
  return header
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
  const kind = kindOf(header.magic)
  if (kind === undefined || end > bytes.length) return undefined
  const records = splitRecords(bytes.subarray(body, end), header.count, kind.headBytes)
  const bulkHashes = records && (kind.bulksBySum ? hashBulks(records, hashes) : [])
  if (records === undefined || bulkHashes === undefined) return undefined
  const head = bytes.subarray(offset, offset + GROUP_HEADER.fields.crc[0])
  const summed = kind.bulksBySum ? withoutBulks(records, bulkHashes) : [bytes.subarray(body, end)]
  if (header.crc !== hashes.crc32(head, ...summed)) return undefined
  const { firstIndex, link } = header
  const { heads, payloads } = records
  return {
    firstIndex,
    link,
    payloads,
    heads: kind.headBytes === RECORD_HEAD_BYTES ? heads : undefined,
    bulkHashes,
    end,
  }
}

interface Records {
  readonly heads: readonly Uint8Array[]
  readonly payloads: readonly Uint8Array[]
}

/** SHA-256 of every record's bulk; undefined when one is longer than its record. */
function hashBulks(
  { heads, payloads }: Records,
  hashes: Hashes,
): (Uint8Array | undefined)[] | undefined {
  const bulks = payloads.map((payload, i) => {
    const { bulkAt, bulkLength } = recordHead.decode(heads[i]!)
    const bulk = payload.subarray(bulkAt, bulkAt + bulkLength)
    return bulk.length === bulkLength ? bulk : undefined
  })
  if (bulks.includes(undefined)) return undefined
  return bulks.map((bulk) => (bulk?.length ? hashes.sha256(bulk) : undefined))
}

/** The records with the hash of each bulk in its place. */
function withoutBulks(
  { heads, payloads }: Records,
  bulkHashes: readonly (Uint8Array | undefined)[],
): Uint8Array[] {
  return payloads.flatMap((payload, i) => {
    const head = heads[i]!
    const hash = bulkHashes[i]
    if (hash === undefined) return [head, payload]
    const { bulkAt, bulkLength } = recordHead.decode(head)
    return [head, payload.subarray(0, bulkAt), hash, payload.subarray(bulkAt + bulkLength)]
  })
}

/** Heads and payloads of a group's records; undefined when they do not fill it. */
function splitRecords(body: Uint8Array, count: number, headBytes: number): Records | undefined {
  const heads: Uint8Array[] = []
  const payloads: Uint8Array[] = []
  let at = 0
  for (let i = 0; i < count; i++) {
    const from = at + headBytes
    if (from > body.length) return undefined
    const next = from + view(body).getUint32(at)
    if (next > body.length) return undefined
    heads.push(body.subarray(at, from))
    payloads.push(body.subarray(from, next))
    at = next
  }
  return at === body.length ? { heads, payloads } : undefined
}

function kindOf(magic: string): (typeof GROUP_KINDS)[keyof typeof GROUP_KINDS] | undefined {
  return Object.hasOwn(GROUP_KINDS, magic)
    ? GROUP_KINDS[magic as keyof typeof GROUP_KINDS]
    : undefined
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

function sealed(bytes: Uint8Array, crcAt: number): Uint8Array {
  const sum = pureHashes.crc32(bytes.subarray(0, crcAt), bytes.subarray(crcAt + 4))
  view(bytes).setUint32(crcAt, sum)
  return bytes
}
