import type { Account } from '../entry.ts'

/** The five kinds of accounts that plain-text accounting knows. */
export type AccountType = 'Assets' | 'Liabilities' | 'Equity' | 'Income' | 'Expenses'

/** What a part of a path says about its account; the part nearest to the end decides. */
const TYPE_OF_PART: ReadonlyMap<string, AccountType> = new Map([
  ['receivable', 'Assets'],
  ['received', 'Assets'],
  ['debt', 'Assets'],
  ['spent', 'Assets'],
  ['suspense', 'Assets'],
  ['bank', 'Assets'],
  ['till', 'Assets'],
  ['due', 'Assets'],
  ['position', 'Assets'],
  ['payable', 'Liabilities'],
  ['float', 'Liabilities'],
  ['gross', 'Liabilities'],
  ['prepaid', 'Liabilities'],
  ['refunds', 'Liabilities'],
  ['claims', 'Liabilities'],
  ['held', 'Liabilities'],
  ['reserve', 'Liabilities'],
  ['fees', 'Income'],
  ['earned', 'Income'],
  ['rounding', 'Income'],
  ['losses', 'Expenses'],
])

/** Kind of an account; `Equity` where no part of its path tells. */
export function accountType(account: Account): AccountType {
  const told = account
    .split('/')
    .toReversed()
    .map((part) => TYPE_OF_PART.get(part))
  return told.find((type) => type !== undefined) ?? 'Equity'
}
