import { requireData, type Tx } from '@unifare/core'
import { accounts } from '../tables.ts'
import type { PeopleContext, RiderContext } from './context.ts'
import { freezeByName, freezeOwn, unfreezeByName, unfreezeOwn } from './freeze.ts'
import { openAnonymous, refund, repay, topUp } from './money-orders.ts'
import { personOf } from './person.ts'
import { signInSalt, signUp } from './sign-in.ts'
import { stateStation } from './stations.ts'
import { moneyOrders, persons } from './tables.ts'
import { takeOver } from './take-over.ts'
import { gateDidNotOpen } from './trips.ts'

type Task<Context> = (context: Context) => Promise<unknown>

/** Orders that any key may give, because they carry a name (and but for the salt, its secret). */
const BY_NAME: Readonly<Record<string, Task<PeopleContext>>> = {
  'sign-in-salt': signInSalt,
  'take-over': takeOver,
  freeze: freezeByName,
  unfreeze: unfreezeByName,
}

const OWN: Readonly<Record<string, Task<RiderContext>>> = {
  'open-anonymous': openAnonymous,
  'sign-up': signUp,
  freeze: freezeOwn,
  unfreeze: unfreezeOwn,
  'top-up': topUp,
  refund,
  repay,
  'gate-did-not-open': gateDidNotOpen,
  'state-station': stateStation,
}

/** Orders that a frozen account still takes: they stop, tell, or pay in. */
const WHILE_FROZEN: ReadonlySet<string> = new Set([
  'open',
  'freeze',
  'unfreeze',
  'top-up',
  'repay',
  'gate-did-not-open',
  'state-station',
  'report-lost',
  'claim-salt',
  'claim-lost',
  'load-state',
  'load-confirm',
  'load-probe',
  'phone-suspend',
  'phone-script',
  'phone-done',
])

/** An order that carries a sign-in, by whatever key; undefined for any other. */
export function orderByName(context: PeopleContext): Promise<unknown> | undefined {
  const name = String(context.fields['do'])
  const named = context.fields['name'] !== undefined && Object.hasOwn(BY_NAME, name)
  return named ? BY_NAME[name]?.(context) : undefined
}

/** An order of a rider about the own account; undefined for any other. */
export function peopleOrder(context: RiderContext): Promise<unknown> | undefined {
  const name = String(context.fields['do'])
  return Object.hasOwn(OWN, name) ? OWN[name]?.(context) : undefined
}

/** Throws `issuer.frozen` for an order that a found phone must not give. */
export async function requireOpenTo(tx: Tx, rider: string, name: string): Promise<void> {
  if (WHILE_FROZEN.has(name)) return
  for (const { account } of await tx.select(accounts, { rider })) {
    const { state } = await personOf(tx, account)
    requireData(state !== 'frozen', 'issuer.frozen', `account ${account} is frozen`)
  }
}

/**
 * Ends what an account had beside its contract: its name is free again. Throws
 * `issuer.prepaid-left` as long as the issuer holds money of it, or is about to.
 */
export async function endPerson(tx: Tx, rider: string): Promise<void> {
  for (const { account } of await tx.select(accounts, { rider })) {
    const { prepaidFen } = await personOf(tx, account)
    const waiting = await tx.select(moneyOrders, { account, state: 'REQUESTED' })
    requireData(
      prepaidFen === 0 && waiting.length === 0,
      'issuer.prepaid-left',
      `${prepaidFen} fen are prepaid, ${waiting.length} payments wait`,
    )
    await tx.remove(persons, [{ account }])
  }
}
