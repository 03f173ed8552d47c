import { businessDay, compareText, type Fen, type Tx } from '@unifare/core'
import type { Input } from '@unifare/institution'
import { publishDeny } from '../deny.ts'
import { book } from '../orders/order-context.ts'
import { bookCollected, bookRepayment, type Collected } from '../settlement.ts'
import { accounts, rides } from '../tables.ts'
import type { PeopleOptions } from './context.ts'
import { classOf, personOf } from './person.ts'
import { advances, type MoneyOrderRow, moneyOrders, persons } from './tables.ts'

/** What a channel decided about an order of a rider. */
export interface Decided {
  readonly order: string
  readonly paid: boolean
}

/** An order of the house about riders' money, being booked. */
export interface Booking extends Pick<PeopleOptions, 'id' | 'centre' | 'sign'> {
  readonly tx: Tx
  readonly input: Input
}

/** Books what channels decided about orders of riders; what was booked before stays as it is. */
export async function bookDecided(
  booking: Booking,
  decided: readonly Decided[],
): Promise<{ readonly booked: number }> {
  const { tx, input } = booking
  const rows = await tx.get(
    moneyOrders,
    decided.map(({ order }) => ({ order })),
  )
  let [booked, lifted] = [0, false]
  for (const [index, row] of rows.entries()) {
    if (row === undefined || row.state !== 'REQUESTED') continue
    const paid = decided[index]?.paid === true
    const state = paid ? 'PAID' : 'REFUSED'
    await tx.put(moneyOrders, [{ ...row, state, at: input.acceptedAt }])
    lifted = (await TASKS[row.kind](booking, row, paid)) || lifted
    booked += 1
  }
  // Who owes nothing any more rides again as soon as terminals have the next list.
  if (lifted) await publishDeny(tx, {}, input, booking)
  return { booked }
}

/** Books an order; true when an account got out of arrears by it. */
type Task = (booking: Booking, row: MoneyOrderRow, paid: boolean) => Promise<boolean>

const TASKS: Readonly<Record<MoneyOrderRow['kind'], Task>> = {
  'top-up': bookTopUp,
  repay: bookRepaid,
  refund: bookRefunded,
}

async function bookTopUp(booking: Booking, row: MoneyOrderRow, paid: boolean): Promise<boolean> {
  if (!paid) return false
  const { account, amountFen, order } = row
  await addPrepaid(booking.tx, account, amountFen)
  await book(booking, { id: `top-up/${order}`, kind: 'top-up', order }, [
    { account: 'channel/received', amountFen },
    { account: 'riders/prepaid', amountFen: -amountFen },
  ])
  return repayFromPrepaid(booking, account, order)
}

/** Debts are the first that prepaid money goes to, the oldest first and none in part. */
export async function repayFromPrepaid(
  booking: Booking,
  account: string,
  order: string,
): Promise<boolean> {
  const { tx, input } = booking
  const owed = (await tx.select(advances, { account })).toSorted((a, b) => a.since - b.since)
  const person = await personOf(tx, account)
  let leftFen = person.prepaidFen
  const charges: string[] = []
  for (const { charge, amountFen } of owed) {
    if (amountFen > leftFen) break
    leftFen -= amountFen
    charges.push(charge)
  }
  if (charges.length === 0) return false
  await tx.put(persons, [{ ...person, prepaidFen: leftFen }])
  const day = businessDay(input.acceptedAt)
  const from = 'riders/prepaid'
  const { leftFen: owedFen } = await bookRepayment(tx, {
    account,
    day,
    journalName: order,
    charges,
    from,
  })
  return owedFen === 0
}

/** A repayment pays the fares that it was ordered for; what was paid for others meanwhile is kept. */
async function bookRepaid(booking: Booking, row: MoneyOrderRow, paid: boolean): Promise<boolean> {
  if (!paid) return false
  const { tx, input } = booking
  const { order, amountFen } = row
  const day = businessDay(input.acceptedAt)
  const owed = await tx.get(
    advances,
    (row.charges as readonly string[]).map((charge) => ({ charge })),
  )
  const still = owed.filter((advance) => advance !== undefined)
  let [restFen, lifted] = [amountFen, false]
  for (const account of new Set(still.map((advance) => advance.account))) {
    const charges = still.filter((one) => one.account === account).map(({ charge }) => charge)
    const journalName = `${order}/${account}`
    const done = await bookRepayment(tx, { account, day, journalName, charges })
    restFen -= done.repaidFen
    lifted ||= done.leftFen === 0
  }
  await addPrepaid(tx, row.account, restFen)
  await book(booking, { id: `repay/${order}/rest`, kind: 'top-up', order }, [
    { account: 'channel/received', amountFen: restFen },
    { account: 'riders/prepaid', amountFen: -restFen },
  ])
  return lifted
}

async function bookRefunded(booking: Booking, row: MoneyOrderRow, paid: boolean): Promise<boolean> {
  const { account, amountFen, order } = row
  if (!paid) await addPrepaid(booking.tx, account, amountFen)
  await book(booking, { id: `refund/${order}/decided`, kind: 'prepaid-refund', order }, [
    { account: 'riders/refunds', amountFen },
    { account: paid ? 'channel/received' : 'riders/prepaid', amountFen: -amountFen },
  ])
  return false
}

/** Pays the due rides of prepaid accounts from what they hold, the first charge first. */
export async function collectPrepaid(
  { tx, input }: Booking,
  day: string,
): Promise<{ readonly paid: number; readonly advanced: number }> {
  const due = (await tx.select(rides, { state: 'due' })).toSorted((a, b) =>
    compareText(a.charge, b.charge),
  )
  const owners = await tx.get(
    accounts,
    due.map(({ account }) => ({ account })),
  )
  const balances = new Map<string, Fen>()
  const collected: Collected[] = []
  for (const [index, { charge, account, amountFen }] of due.entries()) {
    const owner = owners[index]
    if (owner === undefined || classOf(owner) !== 'anonymous') continue
    const balanceFen = balances.get(account) ?? (await personOf(tx, account)).prepaidFen
    const paid = amountFen <= balanceFen
    balances.set(account, paid ? balanceFen - amountFen : balanceFen)
    collected.push({ charge, paid })
  }
  for (const [account, prepaidFen] of balances) {
    await tx.put(persons, [{ ...(await personOf(tx, account)), prepaidFen }])
  }
  const from = 'riders/prepaid'
  return bookCollected(tx, { day, at: input.acceptedAt, collected, from })
}

export async function addPrepaid(tx: Tx, account: string, amountFen: Fen): Promise<void> {
  if (amountFen === 0) return
  const person = await personOf(tx, account)
  await tx.put(persons, [{ ...person, prepaidFen: person.prepaidFen + amountFen }])
}
