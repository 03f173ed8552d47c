import { MEDIA } from '@unifare/tap'
import type { AccountTable } from './account-table.ts'
import type { ChargeColumns } from './charge-columns.ts'
import { CHARGE, TAP } from './record-places.ts'
import { ROW, ROW_BYTES, VERDICT_NUMBERS } from './verdict-rows.ts'

/** An account that may have been settled before. */
export interface AccountKey {
  /** Issuer and account, 14 bytes. */
  readonly account: Uint8Array
  readonly medium: number
  readonly hash: number
}

/** Verdict rows of earlier days of some accounts, oldest first, one behind the other. */
export type History = (accounts: readonly AccountKey[]) => Promise<Uint8Array>

/** What all earlier days know of the cards of a shard. */
export interface RiddenCards {
  /** False when the counter was settled before, or may have been: only the history can tell then. */
  isNew(words: DataView, account: number, counter: number): boolean
  /** A debit that settled. Counters come in any order. */
  ride(words: DataView, account: number, counter: number, balanceFen: number): void
}

/** A code may be made this long before its tap's clock says: the same presentation, a day earlier. */
const CLOCK_SKEW_S = 600

/** What was settled before of the accounts of a shard. */
export interface Past {
  /** 0: nothing of this tap. 1: the same delivery. 2: its identity, in another delivery. */
  settled(account: number, tap: { readonly words: DataView; readonly at: number }): 0 | 1 | 2
  /** Whether a delivery that did not come today, named at a place, was settled before. */
  delivered(account: number, words: DataView, at: number): boolean
}

/** Numbers of the accounts that need their history: the others cannot have been settled before. */
export function suspectAccounts(
  { count, words, places, starts, taps, owners, accounts }: ChargeColumns,
  deliveries: { readonly words: DataView; readonly places: Uint32Array },
  options: { readonly cards: RiddenCards; readonly dayStartS: number },
): Uint32Array {
  const suspected = new Uint8Array(accounts.count)
  for (let charge = 0; charge < count; charge++) {
    const owner = owners[charge]!
    if (words.getUint32(places[charge]! + CHARGE.corrects) !== 0) suspected[owner] = 1
    for (let i = starts[charge]!; i < starts[charge + 1]! && suspected[owner] === 0; i++) {
      const tap = taps[i]!
      if (tap === -1 || !isNew(deliveries.words, deliveries.places[tap]!)) suspected[owner] = 1
    }
  }
  return Uint32Array.from(suspected.keys()).filter((account) => suspected[account] === 1)

  function isNew(record: DataView, at: number): boolean {
    const counter = record.getUint32(at + TAP.counter)
    return record.getUint8(at + TAP.medium) === MEDIA.code
      ? counter >= options.dayStartS + CLOCK_SKEW_S
      : options.cards.isNew(record, at + TAP.account, counter)
  }
}

/** Looks the accounts up in the history. */
export async function openPast(
  columns: Pick<ChargeColumns, 'words' | 'accounts'>,
  suspects: Uint32Array,
  history: History,
): Promise<Past> {
  const { words, accounts } = columns
  const rows = suspects.length === 0 ? new Uint8Array(0) : await history(keysOf(columns, suspects))
  const old = new DataView(rows.buffer, rows.byteOffset, rows.length)
  const settledRows = groupRows(old, accounts)
  const rowsOf = (account: number) => settledRows.get(account) ?? []
  return {
    settled(account, { words: record, at }) {
      const counter = record.getUint32(at + TAP.counter)
      const row = rowsOf(account).find((one) => old.getUint32(one + ROW.counter) === counter)
      if (row === undefined) return 0
      return sameDelivery(old, row + ROW.terminal, record, at + TAP.terminal) ? 1 : 2
    },
    delivered: (account, from, at) =>
      rowsOf(account).some((row) => sameDelivery(old, row + ROW.terminal, from, at)),
  }

  function keysOf({ words: bytes }: typeof columns, numbers: Uint32Array): AccountKey[] {
    return Array.from(numbers, (account) => {
      const at = accounts.places[account]! - CHARGE.account
      const from = bytes.byteOffset + at + CHARGE.account
      return {
        account: new Uint8Array(bytes.buffer, from, 14).slice(),
        medium: words.getUint8(at + CHARGE.medium),
        hash: accounts.hashes[account]!,
      }
    })
  }
}

function groupRows(old: DataView, accounts: AccountTable): ReadonlyMap<number, number[]> {
  const groups = new Map<number, number[]>()
  for (let row = 0; row < old.byteLength; row += ROW_BYTES) {
    if (old.getUint8(row + ROW.verdict) !== VERDICT_NUMBERS.normal) continue
    const account = accounts.find(old, row + ROW.issuer, old.getUint8(row + ROW.medium))
    if (account === -1) continue
    const known = groups.get(account)
    if (known === undefined) groups.set(account, [row])
    else known.push(row)
  }
  return groups
}

/** Whether terminal and sequence, 10 bytes, are the same. */
export function sameDelivery(one: DataView, a: number, other: DataView, b: number): boolean {
  return (
    one.getUint32(a + 6) === other.getUint32(b + 6) &&
    one.getUint32(a + 2) === other.getUint32(b + 2) &&
    one.getUint16(a) === other.getUint16(b)
  )
}
