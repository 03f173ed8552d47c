import { type Fen, requireData, type Tx } from '@unifare/core'
import { ledgerTables } from '@unifare/ledger'
import { accounts, type Contract } from '../tables.ts'
import { book, type OrderContext } from './order-context.ts'
import { claims, loads, payouts } from './tables.ts'

/** Money that an issuer owes to a rider's account at a payment channel. */
export interface Owed {
  /** Names the payment once and for all. */
  readonly name: string
  readonly rider: string
  readonly amountFen: Fen
  /** Ledger account in which it is owed. */
  readonly from: 'riders/claims' | 'channel/refunds'
}

/** What is owed and not paid out: paid claims of riders, and loads that were paid and not written. */
export async function owedToRiders(tx: Tx): Promise<readonly Owed[]> {
  const lost = (await tx.select(claims, { state: 'PAID' })).map(
    ({ card, claimant, residualFen }): Owed => ({
      name: `claim-${card}`,
      rider: claimant,
      amountFen: residualFen,
      from: 'riders/claims',
    }),
  )
  const reversed = (await tx.select(loads, { state: 'REVERSED' })).filter(
    ({ source }) => source === 'channel/received',
  )
  const booked = await tx.get(
    ledgerTables.entries,
    reversed.map(({ order }) => ({ id: `load/${order}/reverse` })),
  )
  const unwritten = reversed
    .filter((_, index) => booked[index] !== undefined)
    .map(({ order, owner, amountFen }): Owed => {
      return { name: `load-${order}`, rider: owner, amountFen, from: 'channel/refunds' }
    })
  const all = [...lost, ...unwritten].filter(
    ({ rider, amountFen }) => rider.startsWith('rider-') && amountFen > 0,
  )
  const done = await tx.get(
    payouts,
    all.map(({ name }) => ({ name })),
  )
  return all.filter((_, index) => done[index] === undefined)
}

/** The contract of a rider's account that stands, or stood last. */
export async function accountOfRider(
  tx: Tx,
  rider: string,
): Promise<{ readonly account: string; readonly contract: Contract | null } | undefined> {
  const rows = await tx.select(accounts, { rider })
  const row = rows.findLast(({ state }) => state !== 'withdrawn') ?? rows.at(-1)
  return row && { account: row.account, contract: row.contract as Contract | null }
}

/** Books what channels paid to riders. */
export async function bookPaidOut(context: OrderContext): Promise<{ readonly paid: number }> {
  const { tx, fields, input } = context
  const names = fields['names']
  requireData(Array.isArray(names), 'message.malformed', 'a list of names')
  const paid = (await owedToRiders(tx)).filter(({ name }) => names.includes(name))
  for (const { name, amountFen, from } of paid) {
    await tx.put(payouts, [{ name, amountFen, at: input.acceptedAt }])
    await book(context, { id: `paid-out/${name}`, kind: 'paid-out', order: name }, [
      { account: from, amountFen },
      { account: 'channel/received', amountFen: -amountFen },
    ])
  }
  return { paid: paid.length }
}
