import { type Fen, requireData, type Tx } from '@unifare/core'
import { openAccount } from '../accounts.ts'
import { book } from '../orders/order-context.ts'
import { type AccountRow, accounts, type Contract } from '../tables.ts'
import { ownAccount, type RiderContext } from './context.ts'
import { debtsOf } from './debts.ts'
import { accountsOf, classOf, PREPAID, personOf } from './person.ts'
import { reserveOf } from './reserve.ts'
import { secretIn } from './sign-in.ts'
import { type MoneyKind, type MoneyOrderRow, moneyOrders, persons } from './tables.ts'

/** What a rider is told of an order that moves money. */
export interface MoneyAnswer {
  readonly order: string
  readonly kind: MoneyKind
  readonly state: MoneyOrderRow['state']
  readonly amountFen: Fen
}

const ORDER_NAME = /^[a-z0-9-]{8,64}$/
const SOURCE = /^[a-z0-9-]{1,32}$/
const SOURCES_MAX = 8

/**
 * Opens an anonymous account 匿名账户: a key, a claim secret, and money paid in advance; no name, no
 * contract with a bank. The account's number is its sign-in name. Again: the same account.
 */
export async function openAnonymous(
  context: RiderContext,
): Promise<{ readonly account: string; readonly state: string }> {
  const { tx, rider, iin, input } = context
  const at = input.acceptedAt
  const { account } = await openAccount(tx, { rider, iin, at })
  const row = await ownAccount(context)
  const secret = secretIn(context)
  requireData(
    row.contract === null || classOf(row) === 'anonymous',
    'issuer.bad-contract',
    'this account pays by contract already',
  )
  const person = await personOf(tx, account)
  requireData(
    person.hash === '' || person.hash === secret.hash,
    'issuer.name-taken',
    'this account has a secret already',
  )
  if (person.hash !== '') return { account, state: row.state }
  const contract: Contract = { channel: PREPAID, limitFen: 0, sources: [PREPAID], agreedAt: at }
  await tx.put(accounts, [{ ...row, contract, state: 'authorised' }])
  await tx.put(persons, [{ ...person, name: account, ...secret }])
  return { account, state: 'authorised' }
}

/** Orders a payment into the account: rides of an anonymous account are paid from it. */
export async function topUp(context: RiderContext): Promise<MoneyAnswer> {
  const row = await ownAccount(context)
  const amountFen = amountIn(context, context.terms.orderMaxFen)
  const payment = paymentIn(context, row)
  return request(context, { account: row.account, kind: 'top-up', amountFen, ...payment })
}

/**
 * Orders the repayment of every fare that was advanced, also on an account before this one. Debts
 * that come later are not part of it; while one waits for the channel, it is the answer.
 */
export async function repay(context: RiderContext): Promise<MoneyAnswer> {
  const { tx, rider } = context
  const rows = await accountsOf(tx, rider)
  const row = rows.at(-1)
  requireData(row !== undefined, 'issuer.no-account', 'no account under this key')
  const [known] = await tx.get(moneyOrders, [{ order: String(context.fields['order']) }])
  if (known !== undefined) return sameOrder(known, { account: row.account, kind: 'repay' })
  const waiting = await tx.select(moneyOrders, { account: row.account, state: 'REQUESTED' })
  const open = waiting.find(({ kind }) => kind === 'repay')
  if (open !== undefined) return answerOf(open)
  const debts = await debtsOf(tx, rider, context.input.acceptedAt)
  const amountFen = debts.reduce((sum, debt) => sum + debt.amountFen, 0)
  requireData(amountFen > 0, 'issuer.no-debt', 'this account owes nothing')
  const charges = debts.map(({ charge }) => charge)
  const payment = paymentIn(context, row)
  return request(context, { account: row.account, kind: 'repay', amountFen, charges, ...payment })
}

/** Asks for prepaid money back, all or a part of what is not reserved: where it came from. */
export async function refund(context: RiderContext): Promise<MoneyAnswer> {
  const { tx, input, terms } = context
  const row = await ownAccount(context)
  const { account } = row
  const amountFen = amountIn(context, Number.MAX_SAFE_INTEGER)
  const [known] = await tx.get(moneyOrders, [{ order: String(context.fields['order']) }])
  const asked = { account, kind: 'refund', amountFen } as const
  if (known !== undefined) return sameOrder(known, asked)
  const { freeFen } = await reserveOf(tx, row, { terms, at: input.acceptedAt })
  requireData(
    amountFen <= freeFen,
    'issuer.prepaid-reserved',
    `${freeFen} fen can be paid back now`,
  )
  const paid = await tx.select(moneyOrders, { account, kind: 'top-up', state: 'PAID' })
  const from = paid.toSorted((a, b) => a.at - b.at).at(-1)
  const payment = from === undefined ? paymentIn(context, row) : from
  const answer = await request(context, {
    ...asked,
    channel: payment.channel,
    sources: payment.sources,
  })
  const person = await personOf(tx, account)
  await tx.put(persons, [{ ...person, prepaidFen: person.prepaidFen - amountFen }])
  const { order } = answer
  await book(context, { id: `refund/${order}`, kind: 'prepaid-refund', order }, [
    { account: 'riders/prepaid', amountFen },
    { account: 'riders/refunds', amountFen: -amountFen },
  ])
  return answer
}

type Asked = Pick<MoneyOrderRow, 'account' | 'kind' | 'amountFen' | 'channel' | 'sources'> & {
  readonly charges?: readonly string[]
}

async function request(context: RiderContext, asked: Asked): Promise<MoneyAnswer> {
  const { tx, input, fields } = context
  const { order } = fields
  const fits = typeof order === 'string' && ORDER_NAME.test(order)
  requireData(fits, 'message.malformed', 'an order is named by 8 to 64 of a-z, 0-9 and -')
  const [known] = await tx.get(moneyOrders, [{ order }])
  if (known !== undefined) return sameOrder(known, asked)
  const at = input.acceptedAt
  const row: MoneyOrderRow = {
    charges: [],
    ...asked,
    order,
    state: 'REQUESTED',
    requestedAt: at,
    at,
  }
  await tx.put(moneyOrders, [row])
  return answerOf(row)
}

function sameOrder(
  known: MoneyOrderRow,
  asked: { readonly account: string; readonly kind: MoneyKind; readonly amountFen?: Fen },
): MoneyAnswer {
  const { account, kind, amountFen = known.amountFen } = asked
  const same = known.account === account && known.kind === kind && known.amountFen === amountFen
  requireData(same, 'issuer.order-conflict', `order ${known.order} was given with other content`)
  return answerOf(known)
}

function amountIn({ fields }: RiderContext, maxFen: Fen): Fen {
  const amountFen = Number(fields['amountFen'])
  const fits = Number.isSafeInteger(fields['amountFen']) && amountFen > 0 && amountFen <= maxFen
  requireData(fits, 'issuer.bad-payment', `an amount from 1 to ${maxFen} fen`)
  return amountFen
}

/** Channel and sources that the order names, else those of the contract. */
function paymentIn(
  { fields, channels }: RiderContext,
  row: AccountRow,
): { readonly channel: string; readonly sources: readonly string[] } {
  const contract = row.contract as Contract | null
  const channel = fields['channel'] ?? contract?.channel
  const sources: unknown = fields['sources'] ?? contract?.sources
  const fits =
    typeof channel === 'string' &&
    channels.has(channel) &&
    Array.isArray(sources) &&
    sources.length > 0 &&
    sources.length <= SOURCES_MAX &&
    sources.every((source) => typeof source === 'string' && SOURCE.test(source))
  requireData(fits, 'issuer.bad-payment', `a channel of ${[...channels].join(', ')} and sources`)
  return { channel, sources }
}

/** Orders of an account that move money, newest last. */
export async function moneyOrdersOf(
  tx: Tx,
  account: string,
): Promise<readonly (MoneyAnswer & { readonly at: number })[]> {
  const rows = await tx.select(moneyOrders, { account })
  return rows
    .toSorted((a, b) => a.requestedAt - b.requestedAt)
    .map((row) => ({ ...answerOf(row), at: row.at }))
}

function answerOf({ order, kind, state, amountFen }: MoneyOrderRow): MoneyAnswer {
  return { order, kind, state, amountFen }
}
