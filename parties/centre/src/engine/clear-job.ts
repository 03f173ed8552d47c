import {
  businessDayStart,
  concat,
  createSerial,
  type Day,
  type Hashes,
  parseDay,
  type Storage,
  toHex,
  view,
} from '@unifare/core'
import { parseIssuerKeys } from '@unifare/ridecode'
import type { Verifier } from '../evidence.ts'
import { merkleRoot } from '../merkle.ts'
import { accountHash, bucketOf, bucketsOf } from './account-hash.ts'
import { decodeCardMarks, encodeCardMarks } from './card-snapshot.ts'
import { type ByBucket, splitCharges, waitingByBucket } from './carry.ts'
import { openDelivered } from './delivered.ts'
import { heldCharges } from './held-charges.ts'
import { createLanes, type Lanes } from './lanes.ts'
import { LINE_BYTES } from './lines.ts'
import { readShares } from './member-shares.ts'
import type { MemberSums } from './member-sums.ts'
import { type RefundedTap, withRefunds } from './refunded.ts'
import { type BucketMarks, createBucketMarks, createCardRides } from './ridden-cards.ts'
import { indexRows } from './row-index.ts'
import { bucketLeaves, rowsByBucket } from './row-leaves.ts'
import { rowsHistory } from './rows-history.ts'
import { loadRules } from './rules-file.ts'
import type { RecordName } from './serial-owners.ts'
import { clearShard, createShardTools, type DenyMark, type ShardRules } from './shard.ts'
import {
  encodeShardFile,
  type OpenDays,
  openDays,
  type Section,
  type SectionKind,
  shardFile,
} from './shard-file.ts'
import { openSharedPrices, type ShareRoot, shareRoots } from './shared-prices.ts'
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
  /** Shares of its charges whose price names several members. */
  readonly shares: readonly Uint8Array[]
  /** Day that is cleared; its rules are a file (`storeRules`). */
  readonly day: Day
  /** Stands for that file: one of another run of the day is read anew. */
  readonly run: string
  /** Days that are closed, oldest first: the last one is the state that this one begins with. */
  readonly closedDays: readonly Day[]
  /** Delivered ranges of all segments. */
  readonly delivered: Uint8Array
  /** Purchases that were paid out: no charge can bring them. */
  readonly refunded: readonly RefundedTap[]
  /** Records of debits under a serial that stands for another debit since an earlier day. */
  readonly conflicts: readonly RecordName[]
}

/** What became of a shard; its rows, and what the next day begins with, are a durable file. */
export interface ClearedPart {
  readonly shard: number
  /** Roots of the shard's buckets, in their order, hexadecimal. */
  readonly bucketRoots: readonly string[]
  /** Hashes of what members have of shared prices, where there are any. */
  readonly shareRoots: readonly ShareRoot[]
  readonly charges: number
  readonly rows: number
  readonly settledFen: bigint
  readonly sums: MemberSums
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
}

/** Bytes of the charges of a card's day, about: what the marks of new cards begin with. */
const BYTES_PER_CARD = 3 * LINE_BYTES

/** Opens a clearer of shards; it keeps its memory from one shard to the next. */
export function createShardClearer(tools: ClearTools): (job: ClearJob) => Promise<ClearedPart> {
  const { storage, spill, hashes } = tools
  let known: DayRules | undefined
  const shardTools = createShardTools()
  const cards = createCardRides()
  /** Memory of files that are durable: so much is not asked for anew with every shard. */
  const spare: ArrayBuffer[] = []
  const room = { taps: new Uint8Array(0), charges: new Uint8Array(0) }

  /** The shard's records: those that waited, then the day's own. */
  async function load(
    kind: 'taps' | 'charges',
    waited: readonly Uint8Array[],
    parts: readonly ShardPart[],
  ): Promise<Uint32Array> {
    const before = waited.reduce((sum, bytes) => sum + bytes.length, 0)
    const length = parts.reduce((sum, part) => sum + part[kind].length, before)
    if (room[kind].length < length) room[kind] = new Uint8Array(Math.ceil(length * 1.25))
    let at = 0
    for (const bytes of waited) {
      room[kind].set(bytes, at)
      at += bytes.length
    }
    for (const part of parts) {
      await spill.read(part.file, part[kind], room[kind].subarray(at))
      at += part[kind].length
    }
    return new Uint32Array(room[kind].buffer, 0, length / 4)
  }

  /** Read once for all shards of a run. */
  async function rulesOf({ day, run }: ClearJob): Promise<DayRules> {
    if (known?.rules.day !== day || known.run !== run) {
      const rules = await loadRules(storage, day)
      const verifier = verifierOn(tools.verifier, rules.issuerKeys)
      known = {
        run,
        rules,
        lanes: createLanes(rules),
        verifier,
        denied: deniedByBucket(rules.denied),
        dayOf: openDays(storage),
      }
    }
    return known
  }

  /** The cleared part, and when its file is durable: a copy, so that the room is free before. */
  async function clear(job: ClearJob) {
    shardTools.scratch.reset()
    const { day, shard, shards, parts, closedDays } = job
    const { rules, lanes, verifier, denied, dayOf } = await rulesOf(job)
    const buckets = bucketsOf(shard, shards)
    const before = await stateBefore(dayOf, closedDays.at(-1), buckets)
    const taps = await load('taps', before.waitingTaps, parts)
    const all = await load('charges', before.laterCharges, parts)
    const wasDelivered = openDelivered(job.delivered)
    const { charges, later } = splitCharges(all, day, heldCharges({ rules, wasDelivered }))
    const shared = await openSharedPrices(charges, {
      dayOf,
      closedDays,
      buckets,
      today: readShares([...before.laterShares, ...job.shares]),
      operators: rules.acceptance.operators,
    })
    const cardsPerBucket = charges.byteLength / BYTES_PER_CARD / buckets.length
    const marks = createBucketMarks(Math.ceil(cardsPerBucket))
    before.marks.forEach((bytes, i) => {
      if (bytes.length > 0) marks.set(buckets[i] ?? 0, decodeCardMarks(bytes))
    })
    cards.begin(marks, parseDay(day))
    const own = buckets.flatMap((bucket) => denied.get(bucket) ?? [])
    const cleared = await clearShard(
      { taps, charges },
      { ...rules, denied: own },
      {
        verifier,
        ...withRefunds({ history: rowsHistory(storage, closedDays, dayOf), cards }, job.refunded),
        wasDelivered,
        conflicts: job.conflicts,
        members: shared.money,
        tools: shardTools,
        lanes,
      },
    )
    const rows = rowsByBucket(cleared.rows)
    const waiting = waitingByBucket(cleared.waiting, businessDayStart(rules.oldestDay))
    const shares = { settled: shared.settled(), later: shared.waiting(later) }
    const leaves = new Map(buckets.map((bucket) => [bucket, bucketLeaves(rows[bucket]!, hashes)]))
    const sections = sectionsOf(buckets, { rows, leaves, marks, waiting, later, shares })
    const file = encodeShardFile(sections, spare.pop())
    const kept = storage.replace(shardFile(day, shard, shards), file).then(() => {
      spare.push(file.buffer as ArrayBuffer)
    })
    const part: ClearedPart = {
      shard,
      bucketRoots: [...leaves.values()].map((own) => toHex(merkleRoot(own))),
      shareRoots: shareRoots(shares.settled, hashes),
      charges: cleared.charges,
      rows: cleared.rows.length / ROW_BYTES,
      settledFen: cleared.settledFen,
      sums: cleared.sums,
      verdicts: countVerdicts(cleared.rows),
      waitingBytes: cleared.waiting.reduce((sum, { byteLength }) => sum + byteLength, 0),
    }
    return { part, kept }
  }

  // One after the other: they share the room. The disk is waited for beside the next one.
  const oneByOne = createSerial()
  return async (job) => {
    const { part, kept } = await oneByOne(() => clear(job))
    await kept
    return part
  }
}

/** What holds for all shards of a run. */
interface DayRules {
  readonly run: string
  readonly rules: ShardRules
  readonly lanes: Lanes
  readonly verifier: Verifier
  /** The days before: their files are opened once. */
  readonly dayOf: OpenDays
  /** Deny marks of every bucket: a country's list is long, and a shard asks for its own. */
  readonly denied: ReadonlyMap<number, readonly DenyMark[]>
}

/** A verifier under the issuer keys of a day. */
function verifierOn(verifier: Verifier, issuerKeys: unknown): Verifier {
  if (issuerKeys === undefined) return verifier
  const { engine } = verifier
  const keys = issuerKeys === null ? undefined : parseIssuerKeys(issuerKeys, engine)
  return { ...verifier, issuerKeys: keys }
}

function deniedByBucket(marks: readonly DenyMark[]): ReadonlyMap<number, readonly DenyMark[]> {
  const byBucket = new Map<number, DenyMark[]>()
  for (const mark of marks) {
    const bucket = bucketOf(accountHash(view(mark.account), 0, mark.medium))
    const own = byBucket.get(bucket)
    if (own === undefined) byBucket.set(bucket, [mark])
    else own.push(mark)
  }
  return byBucket
}

/** What the day before left for some buckets, in their order. */
async function stateBefore(dayOf: OpenDays, day: Day | undefined, buckets: readonly number[]) {
  const none: Uint8Array[] = []
  if (day === undefined) {
    return { marks: none, waitingTaps: none, laterCharges: none, laterShares: none }
  }
  const closed = await dayOf(day)
  const all = async (kind: SectionKind) => {
    const read: Uint8Array[] = []
    for (const bucket of buckets) read.push(await closed.read(kind, bucket))
    return read
  }
  return {
    marks: await all('marks'),
    waitingTaps: await all('waitingTaps'),
    laterCharges: await all('laterCharges'),
    laterShares: await all('laterShares'),
  }
}

function sectionsOf(
  buckets: readonly number[],
  left: {
    readonly rows: readonly Uint8Array[]
    readonly leaves: ReadonlyMap<number, readonly Uint8Array[]>
    readonly marks: BucketMarks
    readonly waiting: ByBucket
    readonly later: ByBucket
    readonly shares: { readonly settled: ByBucket; readonly later: ByBucket }
  },
): Section[] {
  const none = new Uint8Array(0)
  return buckets.flatMap((bucket): Section[] => {
    const marks = left.marks.of(bucket)
    const rows = left.rows[bucket] ?? none
    const { bytes: index, sums } = indexRows(rows)
    return [
      { kind: 'rows', bucket, bytes: rows, sums },
      { kind: 'rowIndex', bucket, bytes: index },
      { kind: 'rowLeaves', bucket, bytes: concat(...(left.leaves.get(bucket) ?? [])) },
      { kind: 'marks', bucket, bytes: marks.count === 0 ? none : encodeCardMarks(marks) },
      { kind: 'waitingTaps', bucket, bytes: left.waiting.get(bucket) ?? none },
      { kind: 'laterCharges', bucket, bytes: left.later.get(bucket) ?? none },
      { kind: 'shares', bucket, bytes: left.shares.settled.get(bucket) ?? none },
      { kind: 'laterShares', bucket, bytes: left.shares.later.get(bucket) ?? none },
    ]
  })
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
