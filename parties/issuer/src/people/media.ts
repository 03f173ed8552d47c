import type { Instant, Tx } from '@unifare/core'
import { accounts } from '../tables.ts'

/** A number that terminals and operators know a rider's account by, while its codes live. */
export interface LiveMedium {
  readonly account: string
  readonly untilS: number
}

/** Numbers of an account whose codes terminals may still take. */
export async function liveMediaOf(
  tx: Tx,
  account: string,
  at: Instant,
): Promise<readonly LiveMedium[]> {
  const [row] = await tx.get(accounts, [{ account }])
  const untilS = row?.credentialUntilS ?? 0
  return untilS * 1000 > at ? [{ account, untilS }] : []
}

/** The account behind a number that an operator names; undefined for none of this issuer. */
export async function accountBehind(tx: Tx, number: string): Promise<string | undefined> {
  const [row] = await tx.get(accounts, [{ account: number }])
  return row?.account
}
