export { type Account, account, checkEntry, type Entry, type Posting } from './entry.ts'
export { ledgerErrors } from './errors.ts'
export {
  addPostings,
  EMPTY_LEDGER,
  type Ledger,
  post,
  type TrialBalance,
  trialBalance,
} from './ledger.ts'
export { balances, entriesOfDay, ledgerTables, postEntries } from './store.ts'
