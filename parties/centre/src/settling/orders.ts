import { type AcceptanceContent, parseAcceptance, shelfKey } from '@unifare/bundle'
import { type Day, type Fen, requireData, sumFen, type Tx, UnifareError } from '@unifare/core'
import { loadShelf } from '@unifare/institution'
import { readReserves, windowOfDay } from './reading.ts'
import {
  markSuspended,
  moveReserve,
  setReserveTerms,
  suspendedMembers,
  updateAlarms,
} from './reserve-orders.ts'
import { resumeIn, suspendIn } from './suspension.ts'
import type { WindowRow } from './tables.ts'
import { moveWindow, type Settling } from './window-orders.ts'
import type { Actor, WindowAction } from './window-states.ts'

type Order = Readonly<Record<string, unknown>>

/** What the orders of settlement need of the centre. */
export interface SettlingEdge extends Settling {
  readonly members: ReadonlyMap<string, Uint8Array>
  readonly publishAcceptance: (content: AcceptanceContent) => Promise<unknown>
}

const WINDOW_ORDERS: Readonly<Record<string, WindowAction>> = {
  'close-window': 'close',
  'instruct-window': 'instruct',
  'confirm-window': 'confirm',
  'abort-window': 'abort',
}
const RESERVE_ORDERS = [
  'set-reserve',
  'top-up-reserve',
  'withdraw-reserve',
  'suspend-member',
  'resume-member',
] as const

/** How an order left a window. */
export interface WindowSummary
  extends Pick<WindowRow, 'window' | 'state' | 'valueDate' | 'replaces' | 'replacedBy'> {
  readonly days: readonly Day[]
  /** How many payments it has, and their sum. */
  readonly instructions: number
  readonly paidFen: Fen
}

/** Whether an order is one of settlement. */
export function isSettlingOrder(order: Order): boolean {
  return isWindowOrder(order) || RESERVE_ORDERS.some((one) => one === order['do'])
}

/** Whether an order moves a window on; it answers with a `WindowSummary`. */
export function isWindowOrder(order: Order): boolean {
  return Object.hasOwn(WINDOW_ORDERS, String(order['do']))
}

/**
 * Carries an order of settlement out and looks after the alarms. A window is named, or the day that
 * stands in it. Orders say in which role they are given and by whom; the centre's edge vouches for
 * both. Given twice, an order changes nothing the second time.
 */
export async function settlingOrder(tx: Tx, order: Order, edge: SettlingEdge): Promise<unknown> {
  const action = WINDOW_ORDERS[String(order['do'])]
  const result =
    action === undefined
      ? await reserveOrder(tx, order, edge)
      : await windowOrder(tx, { order, action }, edge)
  await updateAlarms(tx, edge.at)
  return result
}

/** Moves a window; the answer tells its state and sums, everything else is read where it stands. */
async function windowOrder(
  tx: Tx,
  { order, action }: { readonly order: Order; readonly action: WindowAction },
  settling: SettlingEdge,
): Promise<WindowSummary> {
  const window = await windowNamed(tx, order)
  const step = { actor: actorOf(order), note: textOf(order, 'note', ''), ...bookedOn(order) }
  const view = await moveWindow(tx, { window, action }, { order: step, settling })
  const { state, valueDate, replaces, replacedBy, days, instructions } = view
  return {
    window,
    state,
    valueDate,
    replaces,
    replacedBy,
    days: days.map(({ day }) => day),
    instructions: instructions.length,
    paidFen: sumFen(instructions.map(({ amountFen }) => amountFen)),
  }
}

/** A list of acceptance that is to be published, without the members that are suspended. */
export async function withoutSuspended(
  tx: Tx,
  content: AcceptanceContent,
  at: number,
): Promise<AcceptanceContent> {
  const members = await suspendedMembers(tx)
  return [...members].reduce((list, member) => suspendIn(list, { member, at }), content)
}

async function reserveOrder(tx: Tx, order: Order, edge: SettlingEdge): Promise<unknown> {
  const member = textOf(order, 'member')
  requireData(edge.members.has(member), 'message.refused', `${member} is no member`)
  const amountFen = Number(order['amountFen'])
  const name = String(order['do'])
  if (name === 'top-up-reserve' || name === 'withdraw-reserve') {
    const whole = Number.isSafeInteger(amountFen) && amountFen > 0
    requireData(whole, 'message.malformed', 'an amount above zero, in fen')
    const signed = name === 'top-up-reserve' ? amountFen : -amountFen
    const move = { member, amountFen: signed, reference: textOf(order, 'reference') }
    return moveReserve(tx, move, edge.at)
  }
  if (name === 'set-reserve') {
    const fen = (field: string) => Number(order[field])
    const [depositFen, capFen, lowFen] = [fen('depositFen'), fen('capFen'), fen('lowFen')]
    return setReserveTerms(tx, { member, depositFen, capFen, lowFen })
  }
  return suspension(tx, { member, order, suspended: name === 'suspend-member' }, edge)
}

/** Two people suspend a member or take it back: an alarm alone never does. */
async function suspension(
  tx: Tx,
  { member, order, suspended }: { member: string; order: Order; suspended: boolean },
  edge: SettlingEdge,
): Promise<unknown> {
  const { role, by, approvedBy } = actorOf(order)
  requireData(role === 'settler', 'window.wrong-role', `${role} suspends nobody`)
  const approved = approvedBy !== undefined && approvedBy !== by
  requireData(approved, 'window.needs-approval', `another one than ${by} approves`)
  if (await markSuspended(tx, { member, suspended })) {
    const held = (await loadShelf(tx)).get(shelfKey('acceptance', edge.centre))
    const content = parseAcceptance(held?.content ?? { rows: [] })
    const others = await suspendedMembers(tx)
    const { at } = edge
    await edge.publishAcceptance(
      suspended
        ? suspendIn(content, { member, at })
        : resumeIn(content, { member, at, suspended: others }),
    )
  }
  return (await readReserves(tx)).find((one) => one.member === member)
}

async function windowNamed(tx: Tx, order: Order): Promise<string> {
  return order['window'] === undefined
    ? windowOfDay(tx, textOf(order, 'day'))
    : textOf(order, 'window')
}

function actorOf(order: Order): Actor {
  const role = textOf(order, 'role')
  if (role !== 'clock' && role !== 'settler' && role !== 'bank') {
    throw new UnifareError('window.wrong-role', `no such role: ${role}`)
  }
  const approvedBy = textOf(order, 'approvedBy', '')
  return { role, by: textOf(order, 'by'), ...(approvedBy !== '' && { approvedBy }) }
}

function bookedOn(order: Order): { bookedOn?: Day } {
  const day = textOf(order, 'bookedOn', '')
  return day === '' ? {} : { bookedOn: day }
}

/** A text of an order; throws `message.malformed` where it is missing and there is no other. */
function textOf(order: Order, field: string, otherwise?: string): string {
  const value = order[field] ?? otherwise
  requireData(
    typeof value === 'string' && (value !== '' || otherwise !== undefined),
    'message.malformed',
    `the order needs ${field}`,
  )
  return value
}
