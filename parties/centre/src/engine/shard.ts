import { businessDayStart, concat, type Day, nextDay } from '@unifare/core'
import { MEDIA } from '@unifare/tap'
import type { Verifier } from '../evidence.ts'
import { sameAccount } from './account-table.ts'
import {
  type ChargeColumns,
  type ChargeOrder,
  namedAt,
  orderCharges,
  readCharges,
} from './charge-columns.ts'
import { type DeliveryTable, readTaps } from './delivery-table.ts'
import { type Bench, CHARGED_KINDS, createJudge, type DenySpan } from './judge.ts'
import { createLanes, type LaneRules, type LaneSum } from './lanes.ts'
import { type History, openPast, type RiddenCards, suspectAccounts } from './past.ts'
import { CHARGE, HELD_BYTES, NAMED, TAP } from './record-places.ts'
import { markConflicts } from './serial-owners.ts'
import { verifyRows } from './shard-evidence.ts'
import { NO_FEE_ROW, ROW, ROW_BYTES } from './verdict-rows.ts'

/** Records of a shard's accounts, one behind the other. */
export interface ShardRecords {
  /** Taps, each behind the 4 bytes of the deny version that its terminal held. */
  readonly taps: Uint8Array
  readonly charges: Uint8Array
}

/** A medium on the deny list. */
export interface DenyMark extends DenySpan {
  /** Issuer and account, 14 bytes. */
  readonly account: Uint8Array
  readonly medium: number
}

/** What a shard is cleared by: rules of the day, and what all earlier days know. */
export interface ShardRules extends LaneRules {
  readonly day: Day
  /** Taps before this day are overdue. */
  readonly oldestDay: Day
  readonly denied: readonly DenyMark[]
}

export interface ShardContext {
  readonly verifier: Verifier
  readonly cards: RiddenCards
  readonly history: History
  /** Whether a delivery, terminal and sequence in 10 bytes, came today at all. */
  readonly wasDelivered: (words: DataView, at: number) => boolean
}

/** A cleared shard. */
export interface ClearedShard {
  /** Verdict rows in the order of the day's root. */
  readonly rows: Uint8Array
  readonly charges: number
  readonly sums: readonly LaneSum[]
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
  const deliveries = readTaps(records.taps)
  const charges = readCharges(records.charges, deliveries)
  const order = orderCharges(charges)
  const taps = { words: viewOf(records.taps), places: deliveries.places }
  const named = namedRows(charges, order, deliveries)
  const evidence = await verifyRows(records.taps, deliveries.places, named, context.verifier)
  const dayStartS = Math.floor(businessDayStart(rules.day) / 1000)
  const suspects = suspectAccounts(charges, taps, { cards: context.cards, dayStartS })
  const lanes = createLanes(rules)
  const bench: Bench = {
    charges,
    taps,
    evidence,
    conflicts: new Uint8Array(deliveries.count),
    lanes,
    past: await openPast(charges, suspects, context.history),
    cards: context.cards,
    denied: deniedAccounts(charges, rules.denied),
    oldestDay: Number.parseInt(rules.oldestDay.replaceAll('-', ''), 16),
    wasDelivered: context.wasDelivered,
    endOf: createDayEnds(),
  }
  const { rows, settledFen } = judgeAll(bench, order)
  return {
    rows,
    charges: charges.count,
    sums: lanes.sums(),
    settledFen,
    waiting: waitingTaps(records.taps, deliveries, charges),
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** Rows that charges name, each once, those of one account together. */
function namedRows(
  { starts, taps }: ChargeColumns,
  order: ChargeOrder,
  deliveries: DeliveryTable,
): Uint32Array {
  const rows = new Uint32Array(taps.length)
  const seen = new Uint8Array(deliveries.count)
  let count = 0
  for (const charge of order.charges) {
    for (let i = starts[charge]!; i < starts[charge + 1]!; i++) {
      const row = taps[i]!
      if (row === -1 || seen[row] === 1) continue
      seen[row] = 1
      rows[count++] = row
    }
  }
  return rows.subarray(0, count)
}

function deniedAccounts(
  { accounts }: ChargeColumns,
  marks: readonly DenyMark[],
): ReadonlyMap<number, readonly DenySpan[]> {
  const denied = new Map<number, DenySpan[]>()
  for (const mark of marks) {
    const account = accounts.find(viewOf(mark.account), 0, mark.medium)
    if (account === -1) continue
    const spans = denied.get(account)
    if (spans === undefined) denied.set(account, [mark])
    else spans.push(mark)
  }
  return denied
}

/** Ends of business days by their BCD word; the few days of a clearing are worked out once. */
function createDayEnds(): (day: number) => number {
  const ends = new Map<number, number>()
  return (word) => {
    const known = ends.get(word)
    if (known !== undefined) return known
    const digits = word.toString(16).padStart(8, '0')
    const day = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`
    const end = businessDayStart(nextDay(day))
    ends.set(word, end)
    return end
  }
}

function judgeAll(bench: Bench, order: ChargeOrder): { rows: Uint8Array; settledFen: bigint } {
  const { charges, taps, evidence, conflicts } = bench
  const judge = createJudge(bench)
  const rows = new Uint8Array(charges.taps.length * ROW_BYTES)
  const writer = createRowWriter(bench, rows)
  let settledFen = 0
  for (let place = 0; place < order.accounts.length; place++) {
    const [from, to] = [order.starts[place]!, order.starts[place + 1]!]
    const own = ownCardRows(bench, order, from, to)
    markConflicts(taps.words, taps.places, own, { evidence: evidence.verdicts, conflicts })
    for (let i = from; i < to; i++) {
      const charge = order.charges[i]!
      const { verdict, feeRow } = judge.judgeCharge(charge)
      writer(charge, verdict, feeRow)
      if (feeRow !== -1)
        settledFen += charges.words.getUint32(charges.places[charge]! + CHARGE.amountFen)
    }
    judge.nextAccount()
  }
  return { rows, settledFen: BigInt(settledFen) }
}

const NO_ROWS: readonly number[] = []

/** The card taps of one account that its charges name, each once. */
function ownCardRows(
  { charges, taps }: Bench,
  order: ChargeOrder,
  from: number,
  to: number,
): readonly number[] {
  const first = charges.places[order.charges[from]!]!
  const single = to - from === 1 && charges.words.getUint8(first + CHARGE.tapCount) === 1
  if (single || charges.words.getUint8(first + CHARGE.medium) !== MEDIA.card) return NO_ROWS
  const rows: number[] = []
  for (let i = from; i < to; i++) {
    const charge = order.charges[i]!
    for (let j = charges.starts[charge]!; j < charges.starts[charge + 1]!; j++) {
      const row = charges.taps[j]!
      if (row === -1) continue
      const account = taps.places[row]! + TAP.account
      if (sameAccount(taps.words, account, charges.words, first + CHARGE.account)) rows.push(row)
    }
  }
  return rows
}

/** Writes the rows of one charge after the other. */
function createRowWriter({ charges, taps }: Bench, rows: Uint8Array) {
  const out = viewOf(rows)
  const { words } = charges
  let to = 0

  function copy14(at: number): void {
    out.setUint32(to + ROW.issuer, words.getUint32(at))
    out.setUint32(to + ROW.issuer + 4, words.getUint32(at + 4))
    out.setUint32(to + ROW.issuer + 8, words.getUint32(at + 8))
    out.setUint16(to + ROW.issuer + 12, words.getUint16(at + 12))
  }

  function tapPart(row: number): void {
    const place = taps.places[row]!
    out.setUint32(to + ROW.balanceFen, taps.words.getUint32(place + TAP.balanceFen))
    out.setUint32(to + ROW.counter, taps.words.getUint32(place + TAP.counter))
    out.setUint16(to + ROW.at, taps.words.getUint16(place + TAP.at))
    out.setUint32(to + ROW.at + 2, taps.words.getUint32(place + TAP.at + 2))
  }

  return (charge: number, verdict: number, feeRow: number): void => {
    const at = charges.places[charge]!
    const isCard = words.getUint8(at + CHARGE.medium) === MEDIA.card
    let named = namedAt(words, at)
    const [first, end] = [charges.starts[charge]!, charges.starts[charge + 1]!]
    for (let i = first; i < end; i++) {
      out.setUint32(to + ROW.operator, words.getUint32(at + CHARGE.operator))
      out.setUint32(to + ROW.number, words.getUint32(at + CHARGE.number))
      out.setUint32(to + ROW.corrects, words.getUint32(at + CHARGE.corrects))
      out.setUint8(to + ROW.medium, words.getUint8(at + CHARGE.medium))
      out.setUint8(to + ROW.mode, words.getUint8(at + CHARGE.mode))
      copy14(at + CHARGE.account)
      out.setUint8(to + ROW.verdict, verdict)
      out.setUint8(to + ROW.place, i - first)
      out.setUint16(to + ROW.feeRow, feeRow === -1 ? NO_FEE_ROW : feeRow)
      const wholeFen = i === first ? words.getUint32(at + CHARGE.amountFen) : 0
      out.setUint32(
        to + ROW.amountFen,
        isCard ? words.getUint32(named + NAMED.amountFen) : wholeFen,
      )
      out.setUint32(to + ROW.terminal, words.getUint32(named + NAMED.terminal))
      out.setUint16(to + ROW.terminal + 4, words.getUint16(named + NAMED.terminal + 4))
      out.setUint32(to + ROW.sequence, words.getUint32(named + NAMED.sequence))
      out.setUint32(to + ROW.tapDay, words.getUint32(at + CHARGE.tapDay))
      const tap = charges.taps[i]!
      if (tap !== -1) tapPart(tap)
      named += NAMED.bytes
      to += ROW_BYTES
    }
  }
}

/** Taps that could back a charge and that none named, each behind its deny version. */
function waitingTaps(
  bytes: Uint8Array,
  { count, places }: DeliveryTable,
  { taps }: ChargeColumns,
): Uint8Array {
  const named = new Uint8Array(count)
  for (const row of taps) if (row !== -1) named[row] = 1
  const words = viewOf(bytes)
  const parts: Uint8Array[] = []
  for (let row = 0; row < count; row++) {
    const from = places[row]!
    if (named[row] === 1 || CHARGED_KINDS[words.getUint8(from + TAP.kind)] !== 1) continue
    parts.push(bytes.subarray(from - HELD_BYTES, from + words.getUint16(from + TAP.length)))
  }
  return concat(...parts)
}
