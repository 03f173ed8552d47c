export { type Account, account, checkEntry, type Entry, type Posting } from './entry.ts'
export { ledgerErrors } from './errors.ts'
export { type AccountType, accountType } from './export/account-types.ts'
export { type BooksOptions, type BooksWriter, createBooksWriter } from './export/books-writer.ts'
export { type BooksFormat, DIALECTS } from './export/dialects.ts'
export { type BooksQuery, type BooksSummary, exportBooks } from './export/export-books.ts'
export {
  addPostings,
  EMPTY_LEDGER,
  type Ledger,
  post,
  type TrialBalance,
  trialBalance,
} from './ledger.ts'
export { balances, entriesOfDay, ledgerTables, postEntries } from './store.ts'
