import { canonicalJson, type Day, fromHex, toHex, utf8 } from '@unifare/core'
import { chainedRoot, leafHash, merkleRoot } from '../merkle.ts'
import { type Money, netSides, type Position } from '../netting.ts'
import { type OrderMove, withOrders } from '../order-moves.ts'
import { BUCKETS } from './account-hash.ts'
import type { ClearedPart, ClearJob } from './clear-job.ts'
import { joinRanges } from './delivered.ts'
import type { RefundedTap } from './refunded.ts'
import type { Scattered, ScatterJob } from './scatter-job.ts'
import type { RecordName } from './serial-owners.ts'
import { sidesOf } from './sides.ts'
import type { Spill } from './spill.ts'

/** Who does the jobs of a day: in this thread, in workers, or on other machines. */
export interface ClearingWorkers {
  scatter(job: ScatterJob): Promise<Scattered>
  clear(job: ClearJob): Promise<ClearedPart>
}

/** A day as its closed segments and the closing state before it; its rules are stored already. */
export interface SegmentDay {
  readonly day: Day
  readonly centre: string
  /** Tells runs of the day under other rules apart, where workers may see several. */
  readonly run?: string
  /** Root of the day before; 64 zeros before the first. */
  readonly previousRoot: string
  /** Closed days that may have settled what comes again, oldest first. */
  readonly closedDays: readonly Day[]
  readonly segments: readonly Omit<ScatterJob, 'shards' | 'centre'>[]
  /** Orders between agents and issuers that settle with the day, in their order; they have no taps. */
  readonly orders?: readonly OrderMove[]
  /** Purchases that were paid out, on whatever day before this one closes. */
  readonly refunded?: readonly RefundedTap[]
  /** Records of debits under a serial that stands for another debit since an earlier day. */
  readonly conflicts?: readonly RecordName[]
  /** What the day before told as `delivered`; nothing before the first. */
  readonly deliveredBefore?: Uint8Array
  /** 1 to 256: how many pieces the day is cleared in. Outputs do not depend on it. */
  readonly shards: number
}

/** A cleared day; its verdict rows and closing state are durable files. */
export interface ClearedSegments {
  readonly day: Day
  readonly root: string
  /** Of charges alone. */
  readonly money: Money
  /** Of charges and orders together: these stand under the root. */
  readonly positions: readonly Position[]
  /** All sequences that terminals ever delivered, by terminal: the next day begins with them. */
  readonly delivered: Uint8Array
  readonly settledFen: bigint
  readonly taps: number
  readonly charges: number
  /** Records that cannot be read, or claim a place that is not theirs. */
  readonly unreadable: number
  readonly verdicts: Readonly<Record<string, number>>
  readonly bucketRoots: readonly string[]
  /** Lines under the root behind the buckets: orders, positions, hashes of shares. */
  readonly lines: readonly Uint8Array[]
  readonly waitingBytes: number
}

const NOTHING = { offset: 0, length: 0 }

/** Pieces of work that are done, of all. */
export type ClearingProgress = (done: number, all: number) => void

/**
 * Clears a day from its segments: distributes them over shards, clears the shards, nets. The root
 * covers every verdict row by bucket, then the orders, the positions, and by bucket what members have
 * of prices that they share, and chains to the root before; it is the same for any number of shards and workers.
 */
export async function clearSegments(
  input: SegmentDay,
  tools: {
    readonly workers: ClearingWorkers
    readonly spill: Spill
    readonly progress?: ClearingProgress
  },
): Promise<ClearedSegments> {
  const { day, centre, segments, shards, closedDays, refunded = [], run = '' } = input
  const { conflicts = [] } = input
  const { workers, spill, progress = () => undefined } = tools
  const all = segments.length + shards
  let done = 0
  const told = <Result>(result: Result): Result => {
    progress(++done, all)
    return result
  }
  const scattered = await Promise.all(
    segments.map((segment) => workers.scatter({ ...segment, shards, centre }).then(told)),
  )
  const delivered = joinRanges([
    input.deliveredBefore ?? new Uint8Array(0),
    ...scattered.map((one) => one.delivered),
  ])
  const cleared = await Promise.all(
    Array.from({ length: shards }, (_, shard) => {
      const parts = scattered.map(({ file, taps, charges }) => ({
        file,
        taps: taps[shard] ?? NOTHING,
        charges: charges[shard] ?? NOTHING,
      }))
      const shares = scattered.flatMap((one) => sharesOf(one, shard))
      const job = {
        shard,
        shards,
        parts,
        shares,
        day,
        run,
        closedDays,
        delivered,
        refunded,
        conflicts,
      }
      return workers.clear(job).then(told)
    }),
  )
  for (const { file } of scattered) await spill.remove(file)
  return { ...summed(cleared, scattered), ...closed(input, cleared), delivered }
}

type Closed = 'day' | 'root' | 'money' | 'positions' | 'bucketRoots' | 'lines'

function closed(
  { day, centre, previousRoot, orders = [] }: SegmentDay,
  cleared: readonly ClearedPart[],
): Pick<ClearedSegments, Closed> {
  const bucketRoots = cleared.flatMap((part) => part.bucketRoots)
  if (bucketRoots.length !== BUCKETS) throw new TypeError(`${bucketRoots.length} buckets`)
  const money = netSides(sidesOf(cleared.map(({ sums }) => sums)), centre)
  const positions = withOrders(money.positions, orders)
  const lines = [
    ...orders.map((order) => ({ order })),
    ...positions.map((position) => ({ position })),
    ...cleared.flatMap((part) => part.shareRoots.map((shares) => ({ shares }))),
  ].map((line) => utf8(canonicalJson(line)))
  const tree = merkleRoot([...bucketRoots.map(fromHex), ...lines.map(leafHash)])
  const root = toHex(chainedRoot(fromHex(previousRoot), day, tree))
  return { day, root, money, positions, bucketRoots, lines }
}

function sharesOf({ shares }: Scattered, shard: number): Uint8Array[] {
  return shares.filter((one) => one.shard === shard).map(({ bytes }) => bytes)
}

function summed(
  cleared: readonly ClearedPart[],
  scattered: readonly Scattered[],
): Omit<ClearedSegments, Closed | 'delivered'> {
  const verdicts: Record<string, number> = {}
  for (const part of cleared) {
    for (const [verdict, count] of Object.entries(part.verdicts)) {
      verdicts[verdict] = (verdicts[verdict] ?? 0) + count
    }
  }
  const total = <One>(items: readonly One[], of: (one: One) => number) =>
    items.reduce((sum, one) => sum + of(one), 0)
  return {
    settledFen: cleared.reduce((sum, one) => sum + one.settledFen, 0n),
    taps: total(scattered, (one) => one.tapCount),
    charges: total(cleared, (one) => one.charges),
    unreadable: total(scattered, (one) => one.unreadable),
    verdicts,
    waitingBytes: total(cleared, (one) => one.waitingBytes),
  }
}
