import { requireData, type Storage, view } from '@unifare/core'
import { BUCKETS } from './account-hash.ts'

/** What a closed shard leaves, by bucket. Numbers stand in files: for ever. */
export const SECTIONS = {
  /** Verdict rows, in the order of the day's root. */
  rows: 1,
  /** What is known of cards (`encodeCardMarks`). */
  marks: 2,
  /** Taps that wait for their charge, as lines (`lines.ts`). */
  waitingTaps: 3,
  /** Charges of later days, and those that are held until a record comes, as lines. */
  laterCharges: 4,
  /** Shares of the charges that settled (`member-shares.ts`), in the order of judgement. */
  shares: 5,
  /** Shares of those charges. */
  laterShares: 6,
} as const

export type SectionKind = keyof typeof SECTIONS

/** Bytes of one bucket and kind. */
export interface Section {
  readonly kind: SectionKind
  readonly bucket: number
  readonly bytes: Uint8Array
}

const MAGIC = 0x55434c31
const HEAD_BYTES = 8
const ENTRY_BYTES = 12
/** Memory for a file is some more than it needs: the next one may be longer. */
const ROOM = 1.1

/** Name of the file that a closed shard leaves. */
export function shardFile(day: string, shard: number, shards: number): string {
  return `${shardFiles(day)}${String(shard).padStart(3, '0')}-of-${String(shards).padStart(3, '0')}`
}

/** Beginning of the names of all files of a day. */
export function shardFiles(day: string): string {
  return `closed-${day}-`
}

/**
 * The file of a shard: `UCL1`, a directory of its sections, the sections. Empty ones are left out. It
 * lies in the memory given, when that is enough.
 */
export function encodeShardFile(sections: readonly Section[], room?: ArrayBuffer): Uint8Array {
  const own = sections.filter(({ bytes }) => bytes.length > 0)
  const start = HEAD_BYTES + own.length * ENTRY_BYTES
  const length = own.reduce((sum, { bytes }) => sum + bytes.length, start)
  const isRoom = room !== undefined && room.byteLength >= length
  const file = new Uint8Array(isRoom ? room : new ArrayBuffer(Math.ceil(length * ROOM)), 0, length)
  const words = view(file)
  words.setUint32(0, MAGIC)
  words.setUint32(4, own.length)
  let at = start
  own.forEach(({ kind, bucket, bytes }, i) => {
    const entry = HEAD_BYTES + i * ENTRY_BYTES
    words.setUint16(entry, SECTIONS[kind])
    words.setUint16(entry + 2, bucket)
    words.setUint32(entry + 4, at)
    words.setUint32(entry + 8, bytes.length)
    file.set(bytes, at)
    at += bytes.length
  })
  return file
}

/** The files of a closed day, read section by section. */
export interface ClosedDay {
  /** Bytes of a bucket and kind; empty where there are none. */
  read(kind: SectionKind, bucket: number): Promise<Uint8Array>
}

interface Place {
  readonly file: string
  readonly offset: number
  readonly length: number
}

/** Opens what a day left, in however many shards it was cleared; throws `centre.no-closed-day`. */
export async function openClosedDay(storage: Storage, day: string): Promise<ClosedDay> {
  const names = await storage.list(shardFiles(day))
  requireData(names.length > 0, 'centre.no-closed-day', `the files of ${day} are missing`)
  const places = new Map<number, Place>()
  for (const file of names) {
    const handle = await storage.open(file)
    try {
      const head = view(await handle.read(0, HEAD_BYTES))
      requireData(
        head.byteLength === HEAD_BYTES && head.getUint32(0) === MAGIC,
        'centre.no-closed-day',
        `${file} is no file of a closed shard`,
      )
      const entries = view(await handle.read(HEAD_BYTES, head.getUint32(4) * ENTRY_BYTES))
      for (let at = 0; at < entries.byteLength; at += ENTRY_BYTES) {
        const key = keyOf(entries.getUint16(at), entries.getUint16(at + 2))
        const [offset, length] = [entries.getUint32(at + 4), entries.getUint32(at + 8)]
        places.set(key, { file, offset, length })
      }
    } finally {
      await handle.close()
    }
  }
  return {
    async read(kind, bucket) {
      const place = places.get(keyOf(SECTIONS[kind], bucket))
      if (place === undefined) return new Uint8Array(0)
      const handle = await storage.open(place.file)
      try {
        return await handle.read(place.offset, place.length)
      } finally {
        await handle.close()
      }
    },
  }
}

function keyOf(kind: number, bucket: number): number {
  return kind * BUCKETS + bucket
}
