import {
  createSerial,
  type Day,
  type Hashes,
  parseDay,
  type Storage,
  toHex,
  view,
} from '@unifare/core'
import type { Verifier } from '../evidence.ts'
import { BUCKETS } from './account-hash.ts'
import { decodeCardMarks, encodeCardMarks } from './card-snapshot.ts'
import type { LaneSums } from './lane-sums.ts'
import type { History } from './past.ts'
import { createBucketMarks, riddenCards } from './ridden-cards.ts'
import { bucketRoot, rowsByBucket } from './row-leaves.ts'
import { loadRules } from './rules-file.ts'
import { openDelivered } from './scatter.ts'
import { createScratch } from './scratch.ts'
import { clearShard, type ShardRules } from './shard.ts'
import type { Range, Spill } from './spill.ts'
import { ROW, ROW_BYTES, verdictOf } from './verdict-rows.ts'

/** Where the records of a shard stand in one set-aside file. */
export interface ShardPart {
  readonly file: string
  readonly taps: Range
  readonly charges: Range
}

/** A shard of a day, to be cleared. */
export interface ClearJob {
  readonly shard: number
  readonly shards: number
  readonly parts: readonly ShardPart[]
  /** Day that is cleared; its rules are a file (`storeRules`). */
  readonly day: Day
  /** Day of the closing state that this one begins with; null before the first. */
  readonly previousDay: Day | null
  /** Delivered ranges of all segments. */
  readonly delivered: Uint8Array
}

/** What became of a shard; its rows, and what it knows of cards, are durable files. */
export interface ClearedPart {
  readonly shard: number
  /** Roots of the shard's buckets, in their order, hexadecimal. */
  readonly bucketRoots: readonly string[]
  readonly charges: number
  readonly rows: number
  readonly settledFen: bigint
  readonly sums: LaneSums
  /** Charges by verdict. */
  readonly verdicts: Readonly<Record<string, number>>
  /** Bytes of taps that wait for their charge. */
  readonly waitingBytes: number
}

/** What a worker has at hand for all its jobs. */
export interface ClearTools {
  readonly storage: Storage
  readonly spill: Spill
  readonly hashes: Hashes
  readonly verifier: Verifier
  readonly history: History
}

/** Name of the file with a shard's verdict rows. */
export function rowsFile(day: string, shard: number, shards: number): string {
  return `rows-${day}-${shard}-of-${shards}`
}

/** Name of the file with what is known of a bucket's cards when a day has closed. */
export function marksFile(day: string, bucket: number): string {
  return `marks-${day}-${bucket}`
}

/** Charges of a card's day, about: what the marks of new cards begin with. */
const BYTES_PER_CARD = 400

/** Opens a clearer of shards; it keeps its memory from one shard to the next. */
export function createShardClearer(tools: ClearTools): (job: ClearJob) => Promise<ClearedPart> {
  const { storage, spill, hashes, verifier, history } = tools
  let known: ShardRules | undefined
  const scratch = createScratch()
  const room = { taps: new Uint8Array(0), charges: new Uint8Array(0) }

  async function load(kind: 'taps' | 'charges', parts: readonly ShardPart[]) {
    const length = parts.reduce((sum, part) => sum + part[kind].length, 0)
    if (room[kind].length < length * 2) room[kind] = new Uint8Array(Math.ceil(length * 2.5))
    let at = 0
    for (const part of parts) {
      await spill.read(part.file, part[kind], room[kind].subarray(at))
      at += part[kind].length
    }
    return { bytes: room[kind], length }
  }

  /** Read once for all shards of a day. */
  async function rulesOf(day: Day): Promise<ShardRules> {
    if (known?.day !== day) known = await loadRules(storage, day)
    return known
  }

  async function clear(job: ClearJob): Promise<ClearedPart> {
    scratch.reset()
    const { shard, shards, parts } = job
    const rules = await rulesOf(job.day)
    const buckets = bucketsOf(shard, shards)
    const taps = await load('taps', parts)
    const charges = await load('charges', parts)
    const cards = Math.ceil(charges.length / BYTES_PER_CARD / buckets.length)
    const marks = createBucketMarks(cards)
    for (const bucket of job.previousDay === null ? [] : buckets) {
      const bytes = await storage.read(marksFile(job.previousDay ?? '', bucket))
      if (bytes !== undefined) marks.set(bucket, decodeCardMarks(bytes))
    }
    const cleared = await clearShard({ taps, charges }, rules, {
      verifier,
      history,
      cards: riddenCards(marks, parseDay(rules.day)),
      wasDelivered: openDelivered(job.delivered),
      scratch,
    })
    await storage.replace(rowsFile(rules.day, shard, shards), cleared.rows)
    for (const bucket of buckets) {
      const own = marks.of(bucket)
      if (own.count > 0) await storage.replace(marksFile(rules.day, bucket), encodeCardMarks(own))
    }
    const byBucket = rowsByBucket(cleared.rows)
    return {
      shard,
      bucketRoots: buckets.map((bucket) => toHex(bucketRoot(byBucket[bucket]!, hashes))),
      charges: cleared.charges,
      rows: cleared.rows.length / ROW_BYTES,
      settledFen: cleared.settledFen,
      sums: cleared.sums,
      verdicts: countVerdicts(cleared.rows),
      waitingBytes: cleared.waiting.length,
    }
  }

  // One after the other: they share the room.
  const oneByOne = createSerial()
  return (job) => oneByOne(() => clear(job))
}

/** Buckets of a shard. */
export function bucketsOf(shard: number, shards: number): number[] {
  return Array.from({ length: BUCKETS }, (_, bucket) => bucket).filter(
    (bucket) => Math.floor((bucket * shards) / BUCKETS) === shard,
  )
}

function countVerdicts(rows: Uint8Array): Record<string, number> {
  const words = view(rows)
  const counts = new Float64Array(256)
  for (let at = 0; at < rows.length; at += ROW_BYTES) {
    if (words.getUint8(at + ROW.place) === 0) counts[words.getUint8(at + ROW.verdict)]! += 1
  }
  return Object.fromEntries(
    [...counts].flatMap((count, verdict) => (count > 0 ? [[verdictOf(verdict), count]] : [])),
  )
}
