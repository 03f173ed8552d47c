import { type Instant, requireData, type Tx } from '@unifare/core'
import { lastAccount } from './accounts.ts'
import { schemesOf } from './codes/schemes.ts'
import { orderViews } from './orders/order-view.ts'
import { NO_TERMS } from './orders/terms.ts'
import { debtsOf } from './people/debts.ts'
import { instantsOf } from './people/frozen-entries.ts'
import { keysOf } from './people/keys.ts'
import { moneyOrdersOf } from './people/money-orders.ts'
import { classOf, personOf } from './people/person.ts'
import { reserveOf } from './people/reserve.ts'
import { standingOf } from './people/standing.ts'
import { PEOPLE_TERMS, peopleTermsAt } from './people/terms.ts'
import { tripViews } from './people/trip-view.ts'
import { told } from './phone/context.ts'
import { phoneCards } from './phone/tables.ts'
import { accounts, type RideRow, rides } from './tables.ts'

/**
 * What a rider's phone shows: the true state of account, money and rides, as this issuer knows it
 * at an instant. `trips` tells of a ride from the operator's first notice on, `rides` from the day
 * it was cleared on; before both only its terminal has seen it.
 */
export async function riderView(
  tx: Tx,
  rider: string,
  at: Instant,
  table = PEOPLE_TERMS,
): Promise<unknown> {
  const row = await lastAccount(tx, rider)
  requireData(row !== undefined, 'issuer.no-account', 'no account under this key')
  const { account, state, contract, credentialUntilS } = row
  const all = await tx.select(accounts, { rider })
  const own: RideRow[] = []
  for (const one of all) own.push(...(await tx.select(rides, { account: one.account })))
  const terms = peopleTermsAt(table, at)
  const person = await personOf(tx, account)
  return {
    at,
    account,
    state,
    class: classOf(row),
    signInName: person.name === '' ? null : person.name,
    contract,
    credentialUntilS,
    standing: await standingOf(tx, account, terms),
    frozen: person.state === 'frozen' ? await instantsOf(tx, person, terms) : null,
    prepaid: await reserveOf(tx, row, { terms, at }),
    debtFen: all.reduce((sum, one) => sum + one.debtFen, 0),
    debts: await debtsOf(tx, rider, at),
    payments: await moneyOrdersOf(tx, account),
    rides: own,
    trips: await tripViews(tx, rider),
    ...(await schemesOf(tx, account)),
    devices: await keysOf(tx, rider),
    phoneCards: (await tx.select(phoneCards, { owner: rider })).map(told),
    orders: await orderViews(tx, { at, doubtS: NO_TERMS.doubtS, owner: rider }),
  }
}
