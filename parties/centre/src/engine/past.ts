import { type FieldValues, view } from '@unifare/core'
import { deliveryId, MEDIA } from '@unifare/tap'
import type { FeeRow } from '../fees.ts'
import type { Gathered } from './gather.ts'
import { ACCOUNT_BYTES, CHARGE, TAP } from './record-places.ts'
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
  /** False when the counter was settled before, or may have been: only the history can tell then. */
  isNew(words: DataView, account: number, counter: number): boolean
  /** A debit that settled. Counters come in any order. */
  ride(words: DataView, account: number, counter: number, balanceFen: number): void
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
  delivered(account: number, words: DataView, at: number): PastRow | undefined
}

/** Numbers of the accounts that need their history: the others cannot have been settled before. */
export function suspectAccounts(
  { charges, taps, accounts }: Gathered,
  options: { readonly cards: RiddenCards; readonly dayStartS: number },
): number[] {
  const suspects: number[] = []
  for (let account = 0; account < accounts.count; account++) {
    const [from, to] = [accounts.starts[account]!, accounts.starts[account + 1]!]
    for (let charge = from; charge < to; charge++) {
      if (!needsPast(charge)) continue
      suspects.push(account)
      break
    }
  }
  return suspects

  function needsPast(charge: number): boolean {
    if (charges.words.getUint32(charges.places[charge]! + CHARGE.corrects) !== 0) return true
    for (let i = charges.starts[charge]!; i < charges.starts[charge + 1]!; i++) {
      const tap = charges.taps[i]!
      if (tap === -1 || !isNew(taps.places[tap]!)) return true
    }
    return false
  }

  function isNew(at: number): boolean {
    const counter = taps.words.getUint32(at + TAP.counter)
    return taps.words.getUint8(at + TAP.medium) === MEDIA.code
      ? counter >= options.dayStartS + CLOCK_SKEW_S
      : options.cards.isNew(taps.words, at + TAP.account, counter)
  }
}

/** Looks the accounts up in the history. */
export async function openPast(
  shard: Gathered,
  suspects: readonly number[],
  history: History,
): Promise<Past> {
  const days =
    suspects.length === 0 ? [] : await history(suspects.map((account) => keyOf(shard, account)))
  const byAccount = groupRows(days, shard)
  const rowsOf = (account: number) => byAccount.get(account) ?? []
  const settledRow = (account: number, fits: (row: PastRow) => boolean) =>
    rowsOf(account).find((row) => row.verdict === VERDICT_NUMBERS.normal && fits(row))
  return {
    rows: rowsOf,
    settled: (account, counter) => settledRow(account, (row) => row.counter === counter),
    delivered(account, words, at) {
      const delivery = deliveryAt(words, at)
      return settledRow(account, (row) => deliveryId(row) === delivery)
    },
  }
}

function keyOf({ charges, accounts }: Gathered, account: number): AccountKey {
  const { words, places } = charges
  const at = places[accounts.starts[account]!]!
  const from = words.byteOffset + at + CHARGE.account
  return {
    account: new Uint8Array(words.buffer, from, ACCOUNT_BYTES).slice(),
    medium: words.getUint8(at + CHARGE.medium),
    hash: accounts.hashes[account]!,
  }
}

function groupRows(
  days: readonly DayRows[],
  { accounts }: Gathered,
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

/** Name of the delivery whose 10 bytes stand at a place. */
export function deliveryAt(words: DataView, at: number): string {
  const digits = words.getUint16(at) * 0x1_0000_0000 + words.getUint32(at + 2)
  const terminal = digits.toString(16).padStart(12, '0')
  return deliveryId({ terminal, sequence: words.getUint32(at + 6) })
}

/** Whether terminal and sequence, 10 bytes, are the same. */
export function sameDelivery(one: DataView, a: number, other: DataView, b: number): boolean {
  return (
    one.getUint32(a + 6) === other.getUint32(b + 6) &&
    one.getUint32(a + 2) === other.getUint32(b + 2) &&
    one.getUint16(a) === other.getUint16(b)
  )
}
