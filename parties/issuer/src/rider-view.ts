import { type Instant, requireData, type Tx } from '@unifare/core'
import { lastAccount } from './accounts.ts'
import { orderViews } from './orders/order-view.ts'
import { NO_TERMS } from './orders/terms.ts'
import { told } from './phone/context.ts'
import { phoneCards } from './phone/tables.ts'
import { accounts, type RideRow, rides } from './tables.ts'

/**
 * What a rider's phone shows: the true state of account and rides, as this issuer knows it at an
 * instant. A ride is known from the day it was cleared on; before that only its terminal and its
 * operator have seen it.
 */
export async function riderView(tx: Tx, rider: string, at: Instant): Promise<unknown> {
  const row = await lastAccount(tx, rider)
  requireData(row !== undefined, 'issuer.no-account', 'no account under this key')
  const { account, state, contract, credentialUntilS } = row
  const all = await tx.select(accounts, { rider })
  const own: RideRow[] = []
  for (const one of all) own.push(...(await tx.select(rides, { account: one.account })))
  return {
    at,
    account,
    state,
    contract,
    credentialUntilS,
    debtFen: all.reduce((sum, one) => sum + one.debtFen, 0),
    rides: own,
    phoneCards: (await tx.select(phoneCards, { owner: rider })).map(told),
    orders: await orderViews(tx, { at, doubtS: NO_TERMS.doubtS, owner: rider }),
  }
}
