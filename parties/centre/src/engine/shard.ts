import { businessDayStart, type Day, nextDay, view } from '@unifare/core'
import { MEDIA } from '@unifare/tap'
import type { Verifier } from '../evidence.ts'
import type { WasDelivered } from './delivered.ts'
import { addFen, type FenSum, noFen, totalFen } from './fen-sum.ts'
import { type Bench, CHARGED_KINDS, createJudge, type DenySpan, type Judge } from './judge.ts'
import { createLanes, type LaneRules, type Lanes } from './lanes.ts'
import { CHARGE_LINE, mediumAt, tapKindAt, wordsOfTap } from './lines.ts'
import { type MemberMoney, NO_MEMBERS } from './member-money.ts'
import type { MemberSums } from './member-sums.ts'
import { dayOfWord, wordOfDay } from './packed.ts'
import { type History, openPast, type RiddenCards, suspectAccounts } from './past.ts'
import { createRowWriter, type RowWriter } from './row-writer.ts'
import { createScratch, type Scratch } from './scratch.ts'
import { markConflicts, markNamed, type RecordName } from './serial-owners.ts'
import { verifyNamedTaps } from './shard-evidence.ts'
import { readShard, type ShardLists } from './shard-lists.ts'
import { ROW_BYTES, VERDICT_NUMBERS } from './verdict-rows.ts'

/** Records of a shard's accounts as lines (`lines.ts`), one behind the other, in any order. */
export interface ShardRecords {
  readonly taps: Uint32Array
  readonly charges: Uint32Array
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
  /** Days that a charge waits for a missing record; it is judged at once when not given. */
  readonly holdDays?: number
  /** Content of the issuer keys, null before the first list; those of the verifier when not given. */
  readonly issuerKeys?: unknown
}

/** Who verifies, and what all earlier days know. */
export interface ShardContext {
  readonly verifier: Verifier
  readonly cards: RiddenCards
  readonly history: History
  /** Whether a delivery came today at all. */
  readonly wasDelivered: WasDelivered
  /** Records that are in conflict with earlier days; none when not given. */
  readonly conflicts?: readonly RecordName[]
  /** Money of prices that several members share; nobody shares any when not given. */
  readonly members?: MemberMoney
  /** Lanes of the rules, from shard to shard; their own when not given. */
  readonly lanes?: Lanes
  /** What is kept from shard to shard; its own when not given. */
  readonly tools?: ShardTools
}

/** What who clears shard after shard keeps: memory, and code that stays compiled. */
export interface ShardTools {
  readonly scratch: Scratch
  readonly judge: Judge
  readonly writer: RowWriter
  readonly endOf: Bench['endOf']
}

/** Opens what is kept from shard to shard. */
export function createShardTools(): ShardTools {
  return {
    scratch: createScratch(),
    judge: createJudge(),
    writer: createRowWriter(),
    endOf: createDayEnds(),
  }
}

/** A cleared shard; `rows` lies in the memory of the tools that were given. */
export interface ClearedShard {
  /** Verdict rows in the order of the day's root. */
  readonly rows: Uint8Array
  readonly charges: number
  readonly sums: MemberSums
  /** Fen of charges that settled. */
  readonly settledFen: bigint
  /** Taps that did not settle, in the order of their accounts: they wait for their charge. */
  readonly waiting: readonly Uint32Array[]
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
  const { tools = createShardTools(), lanes = createLanes(rules), members = NO_MEMBERS } = context
  const { scratch } = tools
  lanes.begin()
  const shard = readShard(records.taps, records.charges, scratch)
  const evidence = await verifyNamedTaps(shard, context.verifier, scratch)
  const dayStartS = Math.floor(businessDayStart(rules.day) / 1000)
  const suspects = suspectAccounts(shard, { cards: context.cards, dayStartS })
  const bench: Bench = {
    shard,
    evidence,
    conflicts: scratch.u8(shard.taps.count),
    lanes,
    fees: rules.fees,
    members,
    past: await openPast(shard, suspects, context.history),
    cards: context.cards,
    denied: deniedAccounts(shard, rules.denied),
    oldestDay: wordOfDay(rules.oldestDay),
    wasDelivered: context.wasDelivered,
    endOf: tools.endOf,
  }
  markNamed(shard.taps, context.conflicts ?? [], bench.conflicts)
  const { rows, settledFen, done } = judgeAll(bench, tools)
  return {
    rows,
    charges: shard.charges.count,
    sums: members.joinTo(lanes.sums()),
    settledFen,
    waiting: waitingTaps(shard, done),
  }
}

function deniedAccounts(
  { accounts }: ShardLists,
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

/** Ends of business days by their packed word; the one that was asked for last is at hand. */
function createDayEnds(): (day: number) => number {
  const last = new Float64Array(2)
  return (word) => {
    if (word !== last[0]) {
      last[1] = businessDayStart(nextDay(dayOfWord(word)))
      last[0] = word
    }
    return last[1]!
  }
}

interface JudgedShard {
  readonly rows: Uint8Array
  readonly settledFen: bigint
  /** 1 for taps that settled, now or before: nothing more is asked for them. */
  readonly done: Uint8Array
}

/** A shard on its way: what judging an account reads and writes. */
interface Judging {
  readonly bench: Bench
  readonly judge: Judge
  readonly writer: RowWriter
  readonly done: Uint8Array
  readonly settled: FenSum
}

function judgeAll(bench: Bench, { scratch, judge, writer }: ShardTools): JudgedShard {
  const { charges, accounts, taps } = bench.shard
  const rows = scratch.u8(charges.taps.length * ROW_BYTES)
  const done = scratch.u8(taps.count)
  writer.begin(bench.shard, bench.evidence.capsFen, rows)
  judge.begin(bench)
  const judging: Judging = { bench, judge, writer, done, settled: noFen() }
  for (let account = 0; account < accounts.count; account += ACCOUNTS_AT_ONCE) {
    judgeAccounts(judging, account, Math.min(account + ACCOUNTS_AT_ONCE, accounts.count))
  }
  return { rows, settledFen: totalFen(judging.settled), done }
}

/** Accounts between two calls: a loop over a whole shard would be compiled anew while it runs. */
const ACCOUNTS_AT_ONCE = 256

function judgeAccounts(judging: Judging, first: number, end: number): void {
  for (let account = first; account < end; account++) judgeAccount(judging, account)
}

function judgeAccount(judging: Judging, account: number): void {
  const { bench, judge, writer, done } = judging
  const { charges, accounts, taps } = bench.shard
  const from = accounts.starts[account]!
  const to = accounts.starts[account + 1]!
  const first = charges.starts[from]!
  const end = charges.starts[to]!
  // One tap cannot be in conflict with itself.
  if (end - first > 1 && mediumAt(charges.lines, charges.places[from]!) === MEDIA.card) {
    const { verdicts } = bench.evidence
    markConflicts(taps, { named: charges.taps, first, end }, verdicts, bench.conflicts)
  }
  judge.nextAccount(account)
  for (let charge = from; charge < to; charge++) {
    const { verdict, feeRow, takenBackFen } = judge.judgeCharge(charge)
    writer.write(charge, verdict, feeRow)
    if (feeRow !== -1 || verdict === CHARGED) noteDone(charges, charge, verdict, done)
    if (feeRow === -1) continue
    const amountFen = charges.lines[charges.places[charge]! + CHARGE_LINE.amountFen]!
    addFen(judging.settled, amountFen - takenBackFen)
  }
}

const CHARGED = VERDICT_NUMBERS['tap.charged']

/** Notes that nothing more is asked for the taps of a charge. */
function noteDone(
  { starts, taps }: ShardLists['charges'],
  charge: number,
  verdict: number,
  done: Uint8Array,
): void {
  const first = starts[charge]!
  const end = starts[charge + 1]!
  // Of several taps of a charge that is refused, others than the charged one may settle yet.
  if (verdict === CHARGED && end - first > 1) return
  for (let i = first; i < end; i++) if (taps[i] !== -1) done[taps[i]!] = 1
}

/** Taps that could back a charge and that are not done. */
function waitingTaps({ taps }: ShardLists, done: Uint8Array): Uint32Array[] {
  const { lines, places } = taps
  const waiting: Uint32Array[] = []
  for (let tap = 0; tap < taps.count; tap++) {
    const place = places[tap]!
    if (done[tap] === 1 || CHARGED_KINDS[tapKindAt(lines, place)] !== 1) continue
    waiting.push(lines.subarray(place, place + wordsOfTap(lines, place)))
  }
  return waiting
}
