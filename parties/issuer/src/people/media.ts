import type { Instant, Tx } from '@unifare/core'
import { pseudonyms } from '../codes/tables.ts'
import { accounts } from '../tables.ts'

/** A number that terminals and operators know a rider's account by, while its codes live. */
export interface LiveMedium {
  readonly account: string
  readonly untilS: number
}

/** Numbers of an account whose codes terminals may still take: its own, and its pseudonyms. */
export async function liveMediaOf(
  tx: Tx,
  account: string,
  at: Instant,
): Promise<readonly LiveMedium[]> {
  const [row] = await tx.get(accounts, [{ account }])
  const untilS = row?.credentialUntilS ?? 0
  const own = { account, untilS }
  const hidden = (await tx.select(pseudonyms, { account })).map((one) => ({
    account: one.number,
    untilS: one.untilS,
  }))
  return [own, ...hidden].filter((medium) => medium.untilS * 1000 > at)
}

/** The account behind a number that an operator names; undefined for none of this issuer. */
export async function accountBehind(tx: Tx, number: string): Promise<string | undefined> {
  const [row] = await tx.get(accounts, [{ account: number }])
  if (row !== undefined) return row.account
  const [hidden] = await tx.get(pseudonyms, [{ number }])
  return hidden?.account
}
