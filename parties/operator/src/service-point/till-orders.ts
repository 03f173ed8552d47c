import { businessDay, type Fen, requireData, type Tx } from '@unifare/core'
import type { Input } from '@unifare/institution'
import { postEntries } from '@unifare/ledger'
import { marks } from '../tables.ts'
import { type TillRow, type TillState, tillOrders } from './till-tables.ts'

type Order = Readonly<Record<string, unknown>>

/** One order of the agent's own staff about its till. */
interface TillCall {
  readonly tx: Tx
  readonly fields: Order
  readonly input: Input
}

/** Most that is taken or paid for one card. */
const TILL_MAX_FEN: Fen = 1_000_000

const TASKS: Readonly<Record<string, (call: TillCall) => Promise<TillRow>>> = {
  'till-take': takeCash,
  'till-told': beTold,
  'till-return': returnCash,
  'till-refund': openRefund,
  'till-keep': keepPending,
  'till-paid': payRefund,
  'till-refused': refuseRefund,
}

/** Carries out an order about the till; undefined for any other order. */
export function tillOrder(tx: Tx, fields: Order, input: Input): Promise<TillRow> | undefined {
  const name = String(fields['do'])
  return Object.hasOwn(TASKS, name) ? TASKS[name]?.({ tx, fields, input }) : undefined
}

/** Cash comes in: it stands in suspense under the order until the issuer tells what became of it. */
async function takeCash(call: TillCall): Promise<TillRow> {
  const amountFen = amountOf(call.fields['amountFen'])
  requireData(amountFen > 0, 'message.malformed', 'an amount above zero')
  const row = await openRow(call, { kind: 'load', amountFen, state: 'TAKEN' })
  await book(call, row, [
    [`till/${row.point}`, amountFen],
    [`suspense/load/${row.order}`, -amountFen],
  ])
  return row
}

/** What the issuer said of a load: on the card, or not and never. */
async function beTold(call: TillCall): Promise<TillRow> {
  const row = await rowOf(call)
  const loaded = call.fields['state'] === 'CONFIRMED'
  requireData(
    row.kind === 'load' && (loaded || call.fields['state'] === 'REVERSED'),
    'message.malformed',
    'a load ends CONFIRMED or REVERSED',
  )
  const state = loaded ? 'LOADED' : 'OWED'
  if (row.state === state || (row.state === 'RETURNED' && !loaded)) return row
  requireState(row, 'TAKEN')
  const { order, amountFen } = row
  const told = await move(call, row, state)
  await book(call, told, [
    [`suspense/load/${order}`, amountFen],
    [loaded ? 'centre/orders' : 'riders/owed', -amountFen],
  ])
  return told
}

/** The rider has the cash back. */
async function returnCash(call: TillCall): Promise<TillRow> {
  const row = await rowOf(call)
  if (row.state === 'RETURNED') return row
  requireState(row, 'OWED')
  const returned = await move(call, row, 'RETURNED')
  await book(call, returned, [
    ['riders/owed', row.amountFen],
    [`till/${row.point}`, -row.amountFen],
  ])
  return returned
}

async function openRefund(call: TillCall): Promise<TillRow> {
  return openRow(call, { kind: 'refund', amountFen: 0, state: 'OPEN' })
}

/** The purchase that is about to empty the purse: all that is left of it after a cut. */
async function keepPending(call: TillCall): Promise<TillRow> {
  const { pending } = call.fields
  const hex = typeof pending === 'string' && /^([0-9A-F]{2}){1,1024}$/.test(pending)
  requireData(hex, 'message.malformed', 'a pending purchase in hexadecimal')
  const row = await rowOf(call)
  requireState(row, 'OPEN')
  const kept = { ...row, pending }
  await call.tx.put(tillOrders, [kept])
  return kept
}

/** Balance and deposit go out over the counter: the issuer said how much. */
async function payRefund(call: TillCall): Promise<TillRow> {
  const amountFen = amountOf(call.fields['amountFen'])
  const row = await rowOf(call)
  if (row.state === 'PAID' && row.amountFen === amountFen) return row
  requireState(row, 'OPEN')
  const paid = await move(call, { ...row, amountFen }, 'PAID')
  await book(call, paid, [
    ['centre/orders', amountFen],
    [`till/${row.point}`, -amountFen],
  ])
  return paid
}

/** The issuer takes no refund of the card, and its purse was not touched. */
async function refuseRefund(call: TillCall): Promise<TillRow> {
  const row = await rowOf(call)
  if (row.state === 'REFUSED') return row
  requireState(row, 'OPEN')
  requireData(row.pending === '', 'operator.order-state', `the purse of ${row.card} may be empty`)
  return move(call, row, 'REFUSED')
}

async function openRow(
  { tx, fields, input }: TillCall,
  opened: Pick<TillRow, 'kind' | 'amountFen' | 'state'>,
): Promise<TillRow> {
  const text = (name: string, form: RegExp): string => {
    const value = fields[name]
    const fits = typeof value === 'string' && form.test(value)
    requireData(fits, 'message.malformed', `${name} does not fit`)
    return value
  }
  const [point, issuer] = [text('point', /^\d{12}$/), text('issuer', /^\d{8}$/)]
  const card = text('card', /^\d{19}$/)
  const [mark] = await tx.get(marks, [{ name: 'till' }])
  const number = Number(mark?.value ?? 0) + 1
  await tx.put(marks, [{ name: 'till', value: String(number) }])
  const row: TillRow = {
    ...opened,
    // Names of orders are the network's: the agent's own number keeps them apart.
    order: `${input.message.receiver}-${opened.kind}-${number}`,
    point,
    issuer,
    card,
    openedAt: input.acceptedAt,
    at: input.acceptedAt,
    pending: '',
  }
  await tx.put(tillOrders, [row])
  return row
}

async function rowOf({ tx, fields }: TillCall): Promise<TillRow> {
  const order = String(fields['name'])
  const [row] = await tx.get(tillOrders, [{ order }])
  requireData(row !== undefined, 'operator.unknown-order', `no order ${order} at this till`)
  return row
}

function requireState(row: TillRow, wanted: TillState): void {
  const { order, state } = row
  requireData(state === wanted, 'operator.order-state', `order ${order} is ${state}`)
}

async function move({ tx, input }: TillCall, row: TillRow, state: TillState): Promise<TillRow> {
  const moved = { ...row, state, at: input.acceptedAt }
  await tx.put(tillOrders, [moved])
  return moved
}

async function book(
  { tx, input }: TillCall,
  { order, kind, state }: TillRow,
  moves: readonly (readonly [account: string, amountFen: Fen])[],
): Promise<void> {
  const postings = moves
    .filter(([, amountFen]) => amountFen !== 0)
    .map(([account, amountFen]) => ({ account, amountFen }))
  if (postings.length === 0) return
  const step = state.toLowerCase()
  await postEntries(tx, [
    {
      id: `till/${order}/${step}`,
      day: businessDay(input.acceptedAt),
      kind: `till-${kind}-${step}`,
      postings,
      refs: { order },
      textKey: `operator.till-${kind}-${step}`,
    },
  ])
}

function amountOf(value: unknown): Fen {
  const fits = Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= TILL_MAX_FEN
  requireData(fits, 'message.malformed', 'an amount in fen')
  return Number(value)
}
