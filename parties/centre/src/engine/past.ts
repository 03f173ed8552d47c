import { view } from '@unifare/core'
import { MEDIA } from '@unifare/tap'
import type { Gathered } from './gather.ts'
import { ACCOUNT_BYTES, CHARGE, TAP } from './record-places.ts'
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
  const rows =
    suspects.length === 0
      ? new Uint8Array(0)
      : await history(suspects.map((account) => keyOf(shard, account)))
  const old = view(rows)
  const settledRows = groupRows(old, shard)
  const rowsOf = (account: number) => settledRows.get(account) ?? []
  return {
    settled(account, { words, at }) {
      const counter = words.getUint32(at + TAP.counter)
      const row = rowsOf(account).find((one) => old.getUint32(one + ROW.counter) === counter)
      if (row === undefined) return 0
      return sameDelivery(old, row + ROW.terminal, words, at + TAP.terminal) ? 1 : 2
    },
    delivered: (account, words, at) =>
      rowsOf(account).some((row) => sameDelivery(old, row + ROW.terminal, words, at)),
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

function groupRows(old: DataView, { accounts }: Gathered): ReadonlyMap<number, number[]> {
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
