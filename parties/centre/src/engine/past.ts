import { type FieldValues, view } from '@unifare/core'
import { deliveryId, MEDIA } from '@unifare/tap'
import type { FeeRow } from '../fees.ts'
import { CHARGE_LINE, mediumAt, NAMED_LINE, TAP_LINE } from './lines.ts'
import { ACCOUNT_BYTES } from './record-places.ts'
import type { ShardLists } from './shard-lists.ts'
import { ROW, ROW_BYTES, VERDICT_NUMBERS, verdictRow } from './verdict-rows.ts'

/** An account that may have been settled before. */
export interface AccountKey {
  /** Issuer and account, 14 bytes. */
  readonly account: Uint8Array
  readonly medium: number
  readonly hash: number
}

/** Verdict rows of one earlier day, and the fee matrix of its settlement. */
export interface DayRows {
  readonly rows: Uint8Array
  readonly fees: readonly FeeRow[]
}

/** Verdict rows of earlier days of some accounts, oldest day first. */
export type History = (accounts: readonly AccountKey[]) => Promise<readonly DayRows[]>

/** What all earlier days know of the cards of a shard. */
export interface RiddenCards {
  /**
   * False when the counter of a card's tap was settled before, or may have been: only the history
   * can tell then.
   */
  isNew(lines: Uint32Array, tap: number): boolean
  /** A debit that settled. Counters come in any order. */
  ride(lines: Uint32Array, tap: number): void
}

/** A code may be made this long before its tap's clock says: the same presentation, a day earlier. */
const CLOCK_SKEW_S = 600

/** A row of an earlier day. Few accounts have any that matter: objects will do. */
export interface PastRow extends FieldValues<typeof verdictRow.fields> {
  /** The fee row that it settled under; undefined where nothing settled. */
  readonly fee: FeeRow | undefined
}

/** What earlier days know of the accounts of a shard. */
export interface Past {
  /** All rows of an account, oldest first. */
  rows(account: number): readonly PastRow[]
  /** The row under which an identity settled first. */
  settled(account: number, counter: number): PastRow | undefined
  /** The row under which a delivery, named at a place, settled first. */
  delivered(account: number, lines: Uint32Array, at: number): PastRow | undefined
}

/** What tells taps that cannot have been settled before. */
interface Earlier {
  readonly cards: RiddenCards
  readonly dayStartS: number
}

/** Numbers of the accounts that need their history: the others cannot have been settled before. */
export function suspectAccounts(shard: ShardLists, earlier: Earlier): number[] {
  const { accounts } = shard
  const suspects: number[] = []
  for (let account = 0; account < accounts.count; account++) {
    const end = accounts.starts[account + 1]!
    for (let charge = accounts.starts[account]!; charge < end; charge++) {
      if (!needsPast(shard, charge, earlier)) continue
      suspects.push(account)
      break
    }
  }
  return suspects
}

function needsPast({ charges, taps }: ShardLists, charge: number, earlier: Earlier): boolean {
  if (charges.lines[charges.places[charge]! + CHARGE_LINE.corrects] !== 0) return true
  for (let i = charges.starts[charge]!; i < charges.starts[charge + 1]!; i++) {
    const tap = charges.taps[i]!
    if (tap === -1 || !isNew(taps.lines, taps.places[tap]!, earlier)) return true
  }
  return false
}

function isNew(lines: Uint32Array, at: number, { cards, dayStartS }: Earlier): boolean {
  return mediumAt(lines, at) === MEDIA.code
    ? lines[at + TAP_LINE.counter]! >= dayStartS + CLOCK_SKEW_S
    : cards.isNew(lines, at)
}

/** Looks the accounts up in the history. */
export async function openPast(
  shard: ShardLists,
  suspects: readonly number[],
  history: History,
): Promise<Past> {
  const days =
    suspects.length === 0 ? [] : await history(suspects.map((account) => keyOf(shard, account)))
  const byAccount = groupRows(days, shard)
  const rowsOf = (account: number) =>
    byAccount.size === 0 ? NO_ROWS : (byAccount.get(account) ?? NO_ROWS)
  return {
    rows: rowsOf,
    settled(account, counter) {
      const rows = rowsOf(account)
      return rows.length === 0 ? undefined : settledRow(rows, counter)
    },
    delivered(account, lines, at) {
      const rows = rowsOf(account)
      if (rows.length === 0) return undefined
      const delivery = deliveryAt(lines, at)
      return rows.find((row) => isSettled(row) && deliveryId(row) === delivery)
    },
  }
}

const NO_ROWS: readonly PastRow[] = []

function isSettled({ verdict }: PastRow): boolean {
  return verdict === VERDICT_NUMBERS.normal
}

function settledRow(rows: readonly PastRow[], counter: number): PastRow | undefined {
  return rows.find((row) => isSettled(row) && row.counter === counter)
}

function keyOf({ charges, accounts }: ShardLists, account: number): AccountKey {
  const { lines, places } = charges
  const at = places[accounts.starts[account]!]!
  const key = new Uint8Array(ACCOUNT_BYTES)
  const out = view(key)
  for (let i = 0; i < 3; i++) out.setUint32(i * 4, lines[at + CHARGE_LINE.issuer + i]!)
  out.setUint16(12, lines[at + CHARGE_LINE.medium]! >>> 16)
  return { account: key, medium: mediumAt(lines, at), hash: accounts.hashes[account]! }
}

function groupRows(
  days: readonly DayRows[],
  { accounts }: ShardLists,
): ReadonlyMap<number, PastRow[]> {
  const groups = new Map<number, PastRow[]>()
  for (const { rows, fees } of days) {
    const words = view(rows)
    for (let at = 0; at < rows.length; at += ROW_BYTES) {
      const account = accounts.find(words, at + ROW.issuer, words.getUint8(at + ROW.medium))
      if (account === -1) continue
      const row = verdictRow.decode(rows.subarray(at, at + ROW_BYTES))
      const known = groups.get(account)
      const own = { ...row, fee: fees[row.feeRow] }
      if (known === undefined) groups.set(account, [own])
      else known.push(own)
    }
  }
  return groups
}

/** Name of the delivery of the tap, or of the named tap, at a place. */
export function deliveryAt(lines: Uint32Array, at: number): string {
  const high = lines[at + NAMED_LINE.terminalHigh]! >>> 16
  const digits = high * 0x1_0000_0000 + lines[at + NAMED_LINE.terminalLow]!
  const terminal = digits.toString(16).padStart(12, '0')
  return deliveryId({ terminal, sequence: lines[at + NAMED_LINE.sequence]! })
}
