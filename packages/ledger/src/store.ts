import { type Day, type Fen, type Table, type Tx, table } from '@unifare/core'
import { type Account, type Entry, newEntries } from './entry.ts'
import { addPostings } from './ledger.ts'

interface BalanceRow {
  readonly account: Account
  readonly balanceFen: Fen
}

const entryTable: Table<Entry> = table({
  name: 'ledger_entries',
  columns: {
    id: 'text',
    day: 'text',
    kind: 'text',
    postings: 'json',
    refs: 'json',
    textKey: 'text',
  },
  key: ['id'],
  indexes: [['day']],
})

const balanceTable: Table<BalanceRow> = table({
  name: 'ledger_balances',
  columns: { account: 'text', balanceFen: 'int' },
  key: ['account'],
})

/** Tables of an institution's ledger: the entries, and the balances that follow from them. */
export const ledgerTables = { entries: entryTable, balances: balanceTable } as const

const PAGE_ROWS = 1000

/**
 * Books entries in a transaction, all or none, and returns those that were new; the caller's
 * transaction makes entries and balances durable together.
 * Throws `ledger.unbalanced`, `ledger.conflict`, `ledger.bad-entry`.
 */
export async function postEntries(tx: Tx, entries: readonly Entry[]): Promise<Entry[]> {
  const ids = [...new Set(entries.map((entry) => entry.id))]
  const booked = await tx.get(
    entryTable,
    ids.map((id) => ({ id })),
  )
  const known = new Map(ids.map((id, index) => [id, booked[index]]))
  const fresh = newEntries((id) => known.get(id), entries)
  const postings = fresh.flatMap((entry) => entry.postings)
  const accounts = [...new Set(postings.map((posting) => posting.account))]
  const rows = await tx.get(
    balanceTable,
    accounts.map((account) => ({ account })),
  )
  const before = new Map(accounts.map((account, index) => [account, rows[index]?.balanceFen ?? 0]))
  const after = [...addPostings(before, postings)]
  await tx.put(entryTable, fresh)
  await tx.put(
    balanceTable,
    after.map(([account, balanceFen]) => ({ account, balanceFen })),
  )
  return fresh
}

/**
 * Balances of all accounts at or below a path (`member/02002900` holds
 * `member/02002900/position`, not `member/020029001`), of all without one; in byte order.
 */
export async function balances(tx: Tx, path?: Account): Promise<Map<Account, Fen>> {
  const found = new Map<Account, Fen>()
  const top = path === undefined ? [] : await tx.get(balanceTable, [{ account: path }])
  for (const row of top) if (row !== undefined) found.set(row.account, row.balanceFen)
  const prefix = path === undefined ? '' : `${path}/`
  let after: Account = prefix
  for (;;) {
    const page = await tx.select(balanceTable, {}, { limit: PAGE_ROWS, after: { account: after } })
    for (const { account, balanceFen } of page) {
      if (!account.startsWith(prefix)) return found
      found.set(account, balanceFen)
      after = account
    }
    if (page.length < PAGE_ROWS) return found
  }
}

/** Entries of a business day, in order of their ids. */
export async function entriesOfDay(tx: Tx, day: Day): Promise<Entry[]> {
  return await tx.select(entryTable, { day })
}
