import { businessDayStart, concat, type Day, nextDay, view } from '@unifare/core'
import { MEDIA } from '@unifare/tap'
import type { Verifier } from '../evidence.ts'
import { sameAccount } from './account-table.ts'
import { readCharges } from './charge-columns.ts'
import { type DeliveryTable, readTaps } from './delivery-table.ts'
import { type Arena, type Gathered, gather, recordsIn } from './gather.ts'
import { type Bench, CHARGED_KINDS, createJudge, type DenySpan } from './judge.ts'
import type { LaneSums } from './lane-sums.ts'
import { createLanes, type LaneRules } from './lanes.ts'
import { dayOfWord, wordOfDay } from './packed.ts'
import { type History, openPast, type RiddenCards, suspectAccounts } from './past.ts'
import { CHARGE, HELD_BYTES, TAP } from './record-places.ts'
import { createRowWriter } from './row-writer.ts'
import { createScratch, type Scratch } from './scratch.ts'
import { markConflicts } from './serial-owners.ts'
import { verifyTapRows } from './shard-evidence.ts'
import { ROW_BYTES } from './verdict-rows.ts'

/** Records of a shard's accounts, one behind the other. */
export interface ShardRecords {
  /** Taps, each behind the 4 bytes of the deny version that its terminal held. */
  readonly taps: Arena
  readonly charges: Arena
}

/** A medium on the deny list. */
export interface DenyMark extends DenySpan {
  /** Issuer and account, 14 bytes. */
  readonly account: Uint8Array
  readonly medium: number
}

/** What a shard is cleared by: rules of the day. */
export interface ShardRules extends LaneRules {
  readonly day: Day
  /** Taps before this day are overdue. */
  readonly oldestDay: Day
  readonly denied: readonly DenyMark[]
}

/** Who verifies, and what all earlier days know. */
export interface ShardContext {
  readonly verifier: Verifier
  readonly cards: RiddenCards
  readonly history: History
  /** Whether a delivery, terminal and sequence in 10 bytes, came today at all. */
  readonly wasDelivered: (words: DataView, at: number) => boolean
  /** Memory of who clears shard after shard; its own when not given. */
  readonly scratch?: Scratch
}

/** A cleared shard; `rows` lies in the scratch memory that was given. */
export interface ClearedShard {
  /** Verdict rows in the order of the day's root. */
  readonly rows: Uint8Array
  readonly charges: number
  readonly sums: LaneSums
  /** Fen of charges that settled. */
  readonly settledFen: bigint
  /** Taps that no charge named, as they stood in the records: they wait for their charge. */
  readonly waiting: Uint8Array
}

/**
 * Clears the charges of a shard: every charge with all its taps, evidence verified, each identity
 * settled once. The same records and rules give the same rows, in whatever order they came.
 */
export async function clearShard(
  records: ShardRecords,
  rules: ShardRules,
  context: ShardContext,
): Promise<ClearedShard> {
  const { scratch = createScratch() } = context
  const taps = recordsIn(records.taps)
  const deliveries = readTaps(taps, scratch)
  const columns = readCharges(recordsIn(records.charges), deliveries, scratch)
  const waiting = waitingTaps(taps, deliveries, { taps: columns.taps, scratch })
  const shard = gather(records.taps, records.charges, { deliveries, columns, scratch })
  const evidence = await verifyTapRows(shard.taps, context.verifier, scratch)
  const dayStartS = Math.floor(businessDayStart(rules.day) / 1000)
  const suspects = suspectAccounts(shard, { cards: context.cards, dayStartS })
  const lanes = createLanes(rules)
  const bench: Bench = {
    shard,
    evidence,
    conflicts: scratch.u8(shard.taps.count),
    lanes,
    fees: rules.fees,
    past: await openPast(shard, suspects, context.history),
    cards: context.cards,
    denied: deniedAccounts(shard, rules.denied),
    oldestDay: wordOfDay(rules.oldestDay),
    wasDelivered: context.wasDelivered,
    endOf: createDayEnds(),
  }
  const { rows, settledFen } = judgeAll(bench, scratch)
  return { rows, charges: columns.count, sums: lanes.sums(), settledFen, waiting }
}

function deniedAccounts(
  { accounts }: Gathered,
  marks: readonly DenyMark[],
): ReadonlyMap<number, readonly DenySpan[]> {
  const denied = new Map<number, DenySpan[]>()
  for (const mark of marks) {
    const account = accounts.find(view(mark.account), 0, mark.medium)
    if (account === -1) continue
    const spans = denied.get(account)
    if (spans === undefined) denied.set(account, [mark])
    else spans.push(mark)
  }
  return denied
}

/** Ends of business days by their packed word; the few days of a clearing are worked out once. */
function createDayEnds(): (day: number) => number {
  const ends = new Map<number, number>()
  return (word) => {
    const known = ends.get(word)
    if (known !== undefined) return known
    const end = businessDayStart(nextDay(dayOfWord(word)))
    ends.set(word, end)
    return end
  }
}

function judgeAll(bench: Bench, scratch: Scratch): { rows: Uint8Array; settledFen: bigint } {
  const { shard, evidence, conflicts } = bench
  const { charges, accounts, taps } = shard
  const judge = createJudge(bench)
  const rows = scratch.u8(charges.taps.length * ROW_BYTES)
  const write = createRowWriter(shard, evidence.capsFen, rows)
  let settledFen = 0
  for (let account = 0; account < accounts.count; account++) {
    const own = ownCardRows(shard, account)
    markConflicts(taps.words, taps.places, own, { evidence: evidence.verdicts, conflicts })
    judge.nextAccount(account)
    for (let charge = accounts.starts[account]!; charge < accounts.starts[account + 1]!; charge++) {
      const { verdict, feeRow, takenBackFen } = judge.judgeCharge(charge)
      write(charge, verdict, feeRow)
      if (feeRow === -1) continue
      settledFen += charges.words.getUint32(charges.places[charge]! + CHARGE.amountFen)
      settledFen -= takenBackFen
    }
  }
  return { rows, settledFen: BigInt(settledFen) }
}

const NO_ROWS: readonly number[] = []

/** The card taps of one account that its charges name, each once. */
function ownCardRows({ charges, taps, accounts }: Gathered, account: number): readonly number[] {
  const [from, to] = [accounts.starts[account]!, accounts.starts[account + 1]!]
  const first = charges.places[from]!
  if (charges.words.getUint8(first + CHARGE.medium) !== MEDIA.card) return NO_ROWS
  if (charges.starts[to]! - charges.starts[from]! < 2) return NO_ROWS
  const rows: number[] = []
  for (let i = charges.starts[from]!; i < charges.starts[to]!; i++) {
    const row = charges.taps[i]!
    if (row === -1) continue
    const at = taps.places[row]! + TAP.account
    if (sameAccount(taps.words, at, charges.words, first + CHARGE.account)) rows.push(row)
  }
  return rows
}

/** Taps that could back a charge and that none named, each behind its deny version. */
function waitingTaps(
  bytes: Uint8Array,
  { count, places }: DeliveryTable,
  { taps, scratch }: { readonly taps: Int32Array; readonly scratch: Scratch },
): Uint8Array {
  const named = scratch.u8(count)
  for (const row of taps) if (row !== -1) named[row] = 1
  const words = view(bytes)
  const parts: Uint8Array[] = []
  for (let row = 0; row < count; row++) {
    if (named[row] === 1) continue
    const from = places[row]!
    if (CHARGED_KINDS[words.getUint8(from + TAP.kind)] !== 1) continue
    parts.push(bytes.subarray(from - HELD_BYTES, from + words.getUint16(from + TAP.length)))
  }
  return concat(...parts)
}
