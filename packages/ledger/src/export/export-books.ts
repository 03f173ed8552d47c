import { compareText, type Day, type Fen, type Tx } from '@unifare/core'
import type { Account, Entry } from '../entry.ts'
import { addPostings } from '../ledger.ts'
import { entriesOfDay, ledgerTables } from '../store.ts'
import { createBooksWriter } from './books-writer.ts'
import type { BooksFormat } from './dialects.ts'

/** Which part of the books, and in which language. */
export interface BooksQuery {
  readonly format: BooksFormat
  readonly title: string
  /** First and last day; the whole books without. What was before `from` opens the file. */
  readonly from?: Day
  readonly to?: Day
}

/** What was written. */
export interface BooksSummary {
  readonly days: readonly Day[]
  readonly entries: number
  readonly accounts: number
}

const PAGE_ROWS = 2_000

/**
 * Writes stored books, one day in memory at a time, into `write`. Reads the entries alone, never
 * the balances that were kept beside them: whoever adds them up finds out whether those are right.
 */
export async function exportBooks(
  tx: Tx,
  query: BooksQuery,
  write: (text: string) => void | Promise<void>,
): Promise<BooksSummary> {
  const { format, title } = query
  const { days, accounts, opening } = await survey(tx, query)
  const from = query.from ?? days[0] ?? '1970-01-01'
  const writer = createBooksWriter({ format, title, accounts, from, opening })
  for (const text of writer.head()) await write(text)
  let entries = 0
  for (const day of days) {
    const list = await entriesOfDay(tx, day)
    entries += list.length
    for (const text of writer.day(day, list)) await write(text)
  }
  return { days, entries, accounts: accounts.size }
}

/** Days and accounts of the part that is asked for, and the balances before it. */
async function survey(tx: Tx, { from = '', to = '9999-12-31' }: BooksQuery) {
  const days = new Set<Day>()
  const accounts = new Set<Account>()
  let opening: ReadonlyMap<Account, Fen> = new Map()
  for await (const page of entryPages(tx)) {
    const before = page.filter(({ day }) => day < from)
    opening = addPostings(
      opening,
      before.flatMap(({ postings }) => postings),
    )
    for (const { day, postings } of page) {
      if (day < from || day > to) continue
      days.add(day)
      for (const { account } of postings) accounts.add(account)
    }
  }
  for (const [account, amountFen] of opening) if (amountFen !== 0) accounts.add(account)
  return { days: [...days].sort(compareText), accounts, opening }
}

async function* entryPages(tx: Tx): AsyncGenerator<readonly Entry[]> {
  let after = ''
  for (;;) {
    const page = await tx.select(
      ledgerTables.entries,
      {},
      { limit: PAGE_ROWS, after: { id: after } },
    )
    if (page.length > 0) yield page
    if (page.length < PAGE_ROWS) return
    after = page.at(-1)?.id ?? ''
  }
}
