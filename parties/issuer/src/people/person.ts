import type { Tx } from '@unifare/core'
import { type AccountRow, accounts, type Contract } from '../tables.ts'
import { type PersonRow, persons } from './tables.ts'

/** Channel of a contract whose rides are paid from money that the issuer holds already. */
export const PREPAID = 'prepaid'

/** Registered accounts pay after the ride by contract, anonymous ones are prepaid. */
export type AccountClass = 'registered' | 'anonymous'

const BLANK = { name: '', salt: '', hash: '', state: 'live', frozenAt: 0, prepaidFen: 0 } as const

/** Class of an account: what its contract says. */
export function classOf({ contract }: Pick<AccountRow, 'contract'>): AccountClass {
  return (contract as Contract | null)?.channel === PREPAID ? 'anonymous' : 'registered'
}

/** What is kept of an account's person; an account that never asked for anything has a blank one. */
export async function personOf(tx: Tx, account: string): Promise<PersonRow> {
  const [row] = await tx.get(persons, [{ account }])
  return row ?? { ...BLANK, account }
}

/** Every account that a rider has had, the standing one last. */
export async function accountsOf(tx: Tx, rider: string): Promise<readonly AccountRow[]> {
  const rows = await tx.select(accounts, { rider })
  return rows.toSorted((a, b) => Number(a.state !== 'withdrawn') - Number(b.state !== 'withdrawn'))
}
