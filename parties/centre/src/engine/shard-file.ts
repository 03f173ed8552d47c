import { type AppendFile, concat, requireData, type Storage, view } from '@unifare/core'
import { BUCKETS, bucketOf } from './account-hash.ts'
import {
  type Checksum,
  checksum,
  isSameSum,
  requireForm,
  requireWhole,
  sumsAt,
  writeSums,
} from './checksum.ts'
import { isIndexOf, isRunOf, runsOf } from './row-index.ts'
import { BLOCK_BYTES } from './row-leaves.ts'

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
  /** Where rows of which accounts stand (`row-index.ts`). */
  rowIndex: 7,
  /** Leaf hashes of the rows, one behind the other: what a proof needs of a bucket beside a block. */
  rowLeaves: 8,
} as const

export type SectionKind = keyof typeof SECTIONS

/** Bytes of one bucket and kind. */
export interface Section {
  readonly kind: SectionKind
  readonly bucket: number
  readonly bytes: Uint8Array
  /** Checksum of the bytes, where it is known. */
  readonly sums?: Checksum
}

const MAGIC = 0x55434c33
/** Files without an index of their rows. */
const MAGIC_BEFORE = 0x55434c32
/** Magic, number of sections, checksum of the directory (2 words). */
const HEAD_BYTES = 16
/** Kind, bucket (a half word each), offset, length, checksum of the section (2 words). */
const ENTRY_BYTES = 20
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
 * The file of a shard: `UCL3`, a directory of its sections, the sections, all with checksums. Empty
 * ones are left out. It lies in the memory given, when that is enough.
 */
export function encodeShardFile(sections: readonly Section[], room?: ArrayBuffer): Uint8Array {
  const own = sections.filter(({ bytes }) => bytes.length > 0)
  const start = HEAD_BYTES + own.length * ENTRY_BYTES
  const length = own.reduce((sum, { bytes }) => sum + bytes.length, start)
  const isRoom = room !== undefined && room.byteLength >= length
  const file = new Uint8Array(isRoom ? room : new ArrayBuffer(Math.ceil(length * ROOM)), 0, length)
  const words = view(file)
  let at = start
  own.forEach(({ kind, bucket, bytes, sums }, i) => {
    const entry = HEAD_BYTES + i * ENTRY_BYTES
    words.setUint16(entry, SECTIONS[kind])
    words.setUint16(entry + 2, bucket)
    words.setUint32(entry + 4, at)
    words.setUint32(entry + 8, bytes.length)
    writeSums(words, entry + 12, sums ?? checksum(bytes))
    file.set(bytes, at)
    at += bytes.length
  })
  words.setUint32(0, MAGIC)
  words.setUint32(4, own.length)
  writeSums(words, 8, checksum(file.subarray(HEAD_BYTES, start)))
  return file
}

/** The files of a closed day, read section by section. */
export interface ClosedDay {
  /** Bytes of a bucket and kind; empty where there are none. Throws `centre.damaged-file`. */
  read(kind: SectionKind, bucket: number): Promise<Uint8Array>
}

/** A closed day whose rows are found by account, too. */
export interface IndexedDay extends ClosedDay {
  /**
   * All verdict rows of accounts of these hashes, among those that stand near them, in the order of
   * hashes: whole blocks of 64, of which only the last of a bucket may be shorter. Of a bucket that
   * and an index are read. Throws `centre.damaged-file`.
   */
  rowsOf(hashes: Iterable<number>): Promise<Uint8Array>
}

interface Place {
  readonly file: string
  readonly offset: number
  readonly length: number
  readonly sums: Checksum
}

/**
 * Opens what a day left, in however many shards it was cleared. What another clearing left that did
 * not come to its end, or that was emptied, is passed over. Throws `centre.no-closed-day` unless the
 * files of one clearing are all there, and `centre.damaged-file`.
 */
export async function openClosedDay(storage: Storage, day: string): Promise<IndexedDay> {
  const places = await placesOf(storage, day)
  const placeOf = (kind: SectionKind, bucket: number) => places.get(keyOf(SECTIONS[kind], bucket))
  return {
    async read(kind, bucket) {
      const place = placeOf(kind, bucket)
      if (place === undefined) return new Uint8Array(0)
      return withFile(storage, place.file, (handle) => readSection(handle, place))
    },
    async rowsOf(hashes) {
      const parts: Uint8Array[] = []
      for (const [file, buckets] of byFile(hashes, placeOf)) {
        await withFile(storage, file, async (handle) => {
          for (const bucket of buckets) parts.push(...(await readBlocks(handle, bucket)))
        })
      }
      return concat(...parts)
    },
  }
}

/** Rows that are looked for in a bucket. */
interface AskedRows {
  readonly rows: Place
  readonly index: Place | undefined
  /** In their order. */
  readonly hashes: number[]
}

/** What is looked for by file, in the order of hashes. Buckets without rows are left out. */
function byFile(
  hashes: Iterable<number>,
  placeOf: (kind: SectionKind, bucket: number) => Place | undefined,
): ReadonlyMap<string, readonly AskedRows[]> {
  const buckets = new Map<number, AskedRows>()
  for (const hash of Uint32Array.from(hashes).sort()) {
    const bucket = bucketOf(hash)
    const rows = placeOf('rows', bucket)
    if (rows === undefined) continue
    const known = buckets.get(bucket)
    if (known !== undefined) known.hashes.push(hash)
    else buckets.set(bucket, { rows, index: placeOf('rowIndex', bucket), hashes: [hash] })
  }
  const files = new Map<string, AskedRows[]>()
  for (const asked of buckets.values()) {
    const own = files.get(asked.rows.file)
    if (own === undefined) files.set(asked.rows.file, [asked])
    else own.push(asked)
  }
  return files
}

async function withFile<T>(
  storage: Storage,
  file: string,
  work: (handle: AppendFile) => Promise<T>,
): Promise<T> {
  const handle = await storage.open(file)
  try {
    return await work(handle)
  } finally {
    await handle.close()
  }
}

async function readSection(handle: AppendFile, place: Place): Promise<Uint8Array> {
  const bytes = await handle.read(place.offset, place.length)
  const isWhole = bytes.length === place.length && isSameSum(checksum(bytes), place.sums)
  requireWhole(isWhole, place.file)
  return bytes
}

/** The blocks in which the rows can stand, in their order. */
async function readBlocks(
  handle: AppendFile,
  { rows: { file, offset, length, sums }, index: place, hashes }: AskedRows,
): Promise<Uint8Array[]> {
  requireWhole(place !== undefined, file)
  const index = await readSection(handle, place)
  requireWhole(isIndexOf(index, length, sums), file)
  return Promise.all(
    runsOf(index, hashes).map(async (run) => {
      const from = run.first * BLOCK_BYTES
      const rows = await handle.read(offset + from, Math.min(run.end * BLOCK_BYTES, length) - from)
      requireWhole(isRunOf(index, run, { rows, length }), file)
      return rows
    }),
  )
}

/** Opens closed days, each once: all shards of a run read the same. */
export type OpenDays = (day: string) => Promise<IndexedDay>

/** Opens the closed days of a storage as they are asked for. */
export function openDays(storage: Storage): OpenDays {
  const opened = new Map<string, Promise<IndexedDay>>()
  return (day) => {
    const known = opened.get(day) ?? openClosedDay(storage, day)
    opened.set(day, known)
    // What failed is tried again.
    known.catch(() => opened.delete(day))
    return known
  }
}

/** Days of which a storage has all files of a clearing, by their names. */
export async function daysOnDisk(storage: Storage): Promise<ReadonlySet<string>> {
  const files = new Map<string, number>()
  for (const name of await storage.list('closed-')) {
    const [, day, shards] = /^closed-(.+)-\d+-of-(\d+)$/.exec(name) ?? []
    const set = `${day}/${Number(shards)}`
    files.set(set, (files.get(set) ?? 0) + 1)
  }
  const whole = [...files].flatMap(([set, count]) => {
    const [day = '', shards] = set.split('/')
    return count === Number(shards) ? [day] : []
  })
  return new Set(whole)
}

/** Places of the sections of the clearing of a day, by kind and bucket. */
async function placesOf(storage: Storage, day: string): Promise<ReadonlyMap<number, Place>> {
  const names = await storage.list(shardFiles(day))
  const counts = new Set(names.map((name) => Number(/-of-(\d+)$/.exec(name)?.[1])))
  const sets: Map<number, Place>[] = []
  for (const shards of counts) {
    const files = Array.from({ length: shards }, (_, shard) => shardFile(day, shard, shards))
    if (!files.every((file) => names.includes(file))) continue
    const places = new Map<number, Place>()
    for (const file of files) {
      for (const [key, place] of await placesIn(storage, file)) places.set(key, place)
    }
    sets.push(places)
  }
  const full = sets.filter(({ size }) => size > 0)
  const [places] = full.length > 0 ? full : sets
  requireData(places !== undefined, 'centre.no-closed-day', `files of ${day} are missing`, { day })
  const message = `the files of ${day} are those of two clearings: remove the older ones`
  requireData(full.length <= 1, 'centre.no-closed-day', message, { day })
  return places
}

async function placesIn(storage: Storage, file: string): Promise<Map<number, Place>> {
  return withFile(storage, file, async (handle) => {
    const head = await handle.read(0, HEAD_BYTES)
    requireWhole(head.length === HEAD_BYTES, file)
    const magic = view(head).getUint32(0)
    requireForm(magic !== MAGIC_BEFORE, file)
    requireWhole(magic === MAGIC, file)
    const length = view(head).getUint32(4) * ENTRY_BYTES
    const directory = await handle.read(HEAD_BYTES, length)
    const sums = sumsAt(view(head), 8)
    requireWhole(directory.length === length && isSameSum(checksum(directory), sums), file)
    const entries = view(directory)
    const places = new Map<number, Place>()
    for (let at = 0; at < length; at += ENTRY_BYTES) {
      places.set(keyOf(entries.getUint16(at), entries.getUint16(at + 2)), {
        file,
        offset: entries.getUint32(at + 4),
        length: entries.getUint32(at + 8),
        sums: sumsAt(entries, at + 12),
      })
    }
    return places
  })
}

function keyOf(kind: number, bucket: number): number {
  return kind * BUCKETS + bucket
}
