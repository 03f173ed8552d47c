import { compareText } from '@unifare/core'
import type { Account } from '../entry.ts'
import { accountType } from './account-types.ts'

/** Names of accounts in one dialect; two accounts never share one. */
export type AccountNames = ReadonlyMap<Account, string>

/** Makes one name; `part` tells how a part of the path is written. */
export type NameAccount = (account: Account) => string

/** Paths as hledger and ledger write them: the same parts, apart by colons. */
export const pathName: NameAccount = (account) => account.replaceAll('/', ':')

/**
 * Paths as beancount wants them: one of five roots first, then parts of letters, digits and `-`
 * that begin with a capital or a digit.
 */
export const rootedName: NameAccount = (account) =>
  [accountType(account), ...account.split('/').map(capitalised)].join(':')

function capitalised(part: string): string {
  const plain = part.replaceAll(/[^A-Za-z0-9-]/g, '-')
  const first = plain.slice(0, 1)
  return first === '-' ? `X${plain}` : first.toUpperCase() + plain.slice(1)
}

/**
 * Names of all accounts, in byte order of the paths. Where two paths would have one name
 * (`a.b` and `a-b`), the later ones get a number behind it; the same accounts always get the same
 * names.
 */
export function nameAccounts(accounts: Iterable<Account>, nameOf: NameAccount): AccountNames {
  const names = new Map<Account, string>()
  const taken = new Set<string>()
  for (const account of [...accounts].sort(compareText)) {
    const wanted = nameOf(account)
    let name = wanted
    for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`
    taken.add(name)
    names.set(account, name)
  }
  return names
}
