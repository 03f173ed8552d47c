import { compareText, type Fen, fen, sumFen } from '@unifare/core'
import { type Account, type Entry, newEntries, type Posting } from './entry.ts'

/** Booked entries by id, and what they left on every account. */
export interface Ledger {
  readonly entries: ReadonlyMap<string, Entry>
  readonly balances: ReadonlyMap<Account, Fen>
}

/** Balances in order of accounts. Double entry keeps the sum at zero. */
export interface TrialBalance {
  readonly rows: readonly { readonly account: Account; readonly balanceFen: Fen }[]
  readonly sumFen: Fen
}

export const EMPTY_LEDGER: Ledger = { entries: new Map(), balances: new Map() }

/**
 * Books entries, all or none. Entries that are booked already with the same content change
 * nothing, so deliveries may repeat, in any order.
 * Throws `ledger.unbalanced`, `ledger.conflict`, `ledger.bad-entry`.
 */
export function post(ledger: Ledger, entries: readonly Entry[]): Ledger {
  const fresh = newEntries((id) => ledger.entries.get(id), entries)
  if (fresh.length === 0) return ledger
  return {
    entries: new Map([...ledger.entries, ...fresh.map((entry) => [entry.id, entry] as const)]),
    balances: addPostings(
      ledger.balances,
      fresh.flatMap((entry) => entry.postings),
    ),
  }
}

/** Balances after postings. Throws `money.not-integer` when one leaves the safe range. */
export function addPostings(
  balances: ReadonlyMap<Account, Fen>,
  postings: Iterable<Posting>,
): Map<Account, Fen> {
  const changed = new Map(balances)
  for (const { account, amountFen } of postings) {
    changed.set(account, fen((changed.get(account) ?? 0) + amountFen))
  }
  return changed
}

/** All balances in byte order of accounts, with their sum. */
export function trialBalance(balances: ReadonlyMap<Account, Fen>): TrialBalance {
  const rows = [...balances]
    .map(([account, balanceFen]) => ({ account, balanceFen }))
    .sort((a, b) => compareText(a.account, b.account))
  return { rows, sumFen: sumFen(rows.map((row) => row.balanceFen)) }
}
