import {
  businessDay,
  type Day,
  type Instant,
  parseDay,
  requireData,
  type Tx,
  toHex,
} from '@unifare/core'
import { type Entry, postEntries } from '@unifare/ledger'
import type { Cleared } from '../clearing.ts'
import type { HoldRule } from '../rules/hold-rules.ts'
import { partsOf } from '../rules/member-parts.ts'
import { days } from '../tables.ts'
import { settledObligations, type TierRules } from '../tiers/money.ts'
import { type CalendarRow, valueDate } from './calendar.ts'
import { abortingEntries, closingEntries, instructingEntries, settlingEntries } from './entries.ts'
import { type Instruction, instructionsOf, paymentsOf } from './instructions.ts'
import type { ModelRow } from './models.ts'
import { dayObligations, type Obligation, type PairSum, pairSumsOf } from './obligations.ts'
import { readReserves, readWindow, type WindowView } from './reading.ts'
import { instructions, type WindowRow, windowDays, windowEvents, windows } from './tables.ts'
import { eventBytes, nextEvent, type WindowStep } from './window-events.ts'
import { placeOf, type WindowRule, windowRuleOf } from './window-rules.ts'
import { type Actor, stepWindow, type WindowAction } from './window-states.ts'

/** Dated rules of settlement. */
export interface SettlingRules {
  readonly windows: readonly WindowRule[]
  readonly models: readonly ModelRow[]
  readonly calendar: readonly CalendarRow[]
  /** How long charges wait for missing records; without a row they do not. */
  readonly holds: readonly HoldRule[]
}

/** What settlement works with: the rules in force, the time of the order, the centre's signature. */
export interface Settling {
  readonly centre: string
  readonly at: Instant
  readonly rules: SettlingRules
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
}

/** What settlement takes of a day: its money by issuer and operator, or the charges to sum it from. */
export type ClosedDay = Pick<Cleared, 'day' | 'orders' | 'positions'> &
  (Pick<Cleared, 'charges'> | { readonly pairs: readonly PairSum[] }) & {
    /** Of a centre among others. */
    readonly tiers?: TierRules | undefined
  }

/** Puts a day that closes now into its window; the first day of a window opens it. */
export async function takeClosedDay(
  tx: Tx,
  closed: ClosedDay,
  settling: Settling,
): Promise<{ readonly window: string }> {
  const { day, orders, positions } = closed
  const { centre, rules } = settling
  const known = await tx.select(windows, {})
  const { window, period, late } = placeOf(day, { rules: rules.windows, windows: known })
  if (!known.some((row) => row.window === window)) {
    await openWindow(tx, { window, first: period.first, last: period.last }, settling)
  }
  const pairs = 'pairs' in closed ? closed.pairs : pairSumsOf(closed.charges.flatMap(partsOf))
  const own = dayObligations({ pairs, orders, positions, centre })
  const obligations = settledObligations(own, closed.tiers)
  await tx.put(windowDays, [{ window, day, obligations, late }])
  return { window }
}

/** What an order may tell about a step. */
export interface StepOrder {
  readonly actor: Actor
  readonly note: string
  /** Of a confirmation: the day on which the bank booked. */
  readonly bookedOn?: Day
}

/**
 * Moves a window on; the same order again changes nothing. Throws `window.unknown` and what
 * `stepWindow` throws; `window.not-over`, `reserve.short`, `window.too-early` by the step.
 */
export async function moveWindow(
  tx: Tx,
  { window, action }: { readonly window: string; readonly action: WindowAction },
  { order, settling }: { readonly order: StepOrder; readonly settling: Settling },
): Promise<WindowView> {
  const view = await readWindow(tx, window)
  const to = stepWindow(view.state, action, order.actor)
  if (to === undefined) return view
  const done = await STEPS[action](tx, view, { order, settling })
  const booked = await postEntries(tx, done.entries)
  await tx.put(windows, [{ ...rowOf(view), ...done.changes, state: to }])
  await addEvent(
    tx,
    {
      window,
      action,
      from: view.state,
      to,
      at: settling.at,
      ...told(order),
      days: view.days.map(({ day, root }) => ({ day, root })),
      positions: view.positions,
      instructions: action === 'close' ? null : (await readWindow(tx, window)).instructions,
      entries: booked.map(({ id }) => id),
      replacedBy: done.changes.replacedBy ?? '',
    },
    settling,
  )
  return readWindow(tx, window)
}

/** What a step books, and changes in the window's row besides its state. */
interface Step {
  readonly entries: readonly Entry[]
  readonly changes: Partial<Pick<WindowRow, 'valueDate' | 'replacedBy'>>
}

type StepMaker = (
  tx: Tx,
  view: WindowView,
  given: { readonly order: StepOrder; readonly settling: Settling },
) => Promise<Step>

const STEPS: Readonly<Record<WindowAction, StepMaker>> = {
  async close(tx, view, { order, settling }) {
    const last = (await tx.select(days, {})).at(-1)?.day ?? ''
    const over = order.actor.role !== 'clock' || view.last <= last
    requireData(over, 'window.not-over', `${view.window} goes on until ${view.last}`)
    return { entries: closingEntries(bookedAt(view, settling), view.positions), changes: {} }
  },

  async instruct(tx, view, { settling }) {
    const payments = makeInstructions(view, settling)
    await requireCover(tx, payments, settling.centre)
    await tx.put(instructions, payments)
    const date = payments[0]?.valueDate ?? valueDateOf(view, settling)
    const entries = instructingEntries(bookedAt(view, settling), payments)
    return { entries, changes: { valueDate: date } }
  },

  async confirm(_tx, view, { order, settling }) {
    const { bookedOn = '' } = order
    requireData(bookedOn !== '', 'message.malformed', 'the order needs bookedOn: when the bank did')
    parseDay(bookedOn)
    const due = bookedOn >= view.valueDate
    requireData(due, 'window.too-early', `${view.window} is worth something on ${view.valueDate}`)
    const { instructions: payments, positions } = view
    const at = { ...bookedAt(view, settling), day: bookedOn }
    return { entries: settlingEntries(at, { payments, positions }), changes: {} }
  },

  async abort(tx, view, { settling }) {
    const generation = Number(view.window.split('-')[1]) + 1
    const next = `${view.window.split('-')[0]}-${generation}`
    const { first, last, positions } = view
    await openWindow(tx, { window: next, first, last, replaces: view.window }, settling)
    await tx.put(
      windowDays,
      view.days.map(({ day, obligations, late }) => ({ window: next, day, obligations, late })),
    )
    const entries = abortingEntries(bookedAt(view, settling), {
      payments: view.state === 'PENDING' ? view.instructions : [],
      positions,
    })
    return { entries, changes: { replacedBy: next } }
  },
}

function makeInstructions(view: WindowView, settling: Settling): Instruction[] {
  const { window, positions } = view
  const money = { window, centre: settling.centre, days: view.days, positions }
  const { models } = settling.rules
  return instructionsOf(money, { models, valueDate: valueDateOf(view, settling) })
}

/** By the rule of the window's last day; a late day that it took in comes before that. */
function valueDateOf({ days: own, last }: WindowView, { rules }: Settling): Day {
  const { lagDays } = windowRuleOf(rules.windows, last)
  const end = own.at(-1)?.day ?? last
  return valueDate(rules.calendar, { day: end, lagDays })
}

/** Every member that pays must have the money in its reserve account. */
async function requireCover(
  tx: Tx,
  payments: readonly Obligation[],
  centre: string,
): Promise<void> {
  const accounts = new Map((await readReserves(tx)).map((one) => [one.member, one]))
  const short = [...paymentsOf(payments)].flatMap(([member, amountFen]) => {
    const lackFen = amountFen - (accounts.get(member)?.availableFen ?? 0)
    return member !== centre && lackFen > 0 ? [{ member, lackFen }] : []
  })
  const list = short.map(({ member, lackFen }) => `${member} by ${lackFen} fen`).join(', ')
  requireData(short.length === 0, 'reserve.short', `the reserve is short of ${list}`, { short })
}

async function openWindow(
  tx: Tx,
  {
    replaces = '',
    ...opened
  }: Pick<WindowRow, 'window' | 'first' | 'last'> & { replaces?: string },
  settling: Settling,
): Promise<void> {
  const row = { ...opened, state: 'OPEN', valueDate: '', replaces, replacedBy: '' } as const
  await tx.put(windows, [row])
  await addEvent(
    tx,
    {
      window: opened.window,
      action: 'open',
      from: null,
      to: 'OPEN',
      at: settling.at,
      role: 'clock',
      by: settling.centre,
      approvedBy: null,
      note: '',
      days: [],
      positions: null,
      instructions: null,
      entries: [],
      replacedBy: '',
    },
    settling,
  )
}

async function addEvent(tx: Tx, step: WindowStep, { sign }: Settling): Promise<void> {
  const { window } = step
  const last = (await tx.select(windowEvents, { window })).at(-1)?.event
  const event = nextEvent(last, step)
  const signature = toHex(await sign(eventBytes(event)))
  await tx.put(windowEvents, [{ window, number: event.number, event, signature }])
}

function told({ actor, note }: StepOrder): Pick<WindowStep, 'role' | 'by' | 'approvedBy' | 'note'> {
  return { role: actor.role, by: actor.by, approvedBy: actor.approvedBy ?? null, note }
}

function bookedAt({ window }: WindowRow, { at, centre }: Settling) {
  return { window, day: businessDay(at), centre }
}

function rowOf({
  window,
  state,
  first,
  last,
  valueDate,
  replaces,
  replacedBy,
}: WindowRow): WindowRow {
  return { window, state, first, last, valueDate, replaces, replacedBy }
}
