import type { AcceptanceContent } from '@unifare/bundle'
import type { Day, Env, Instant, Tx } from '@unifare/core'
import { orderOf } from '@unifare/institution'
import type { Message } from '@unifare/tap'
import { DEMONSTRATION_FEES, type FeeRow } from '../fees.ts'
import { DEMONSTRATION_CODES } from '../rules/code-list.ts'
import { holdDaysOf } from '../rules/hold-rules.ts'
import { noteHeld } from '../rules/note-held.ts'
import { readHeld } from '../rules/read-held.ts'
import { signRules } from '../rules/rule-book.ts'
import { noteStatistics } from '../statistics/note-day.ts'
import { CALENDAR } from './calendar-data.ts'
import { checkModelRows, DEMONSTRATION_MODELS } from './models.ts'
import { isSettlingOrder, settlingOrder, withoutSuspended } from './orders.ts'
import { updateAlarms } from './reserve-orders.ts'
import { settlementFor } from './settlement-statement.ts'
import {
  type ClosedDay,
  type Settling,
  type SettlingRules,
  takeClosedDay,
} from './window-orders.ts'
import { DEMONSTRATION_WINDOWS } from './window-rules.ts'

/** What settlement needs of the centre that it belongs to. */
export interface SettlingOptions {
  readonly id: string
  readonly env: Pick<Env, 'storage'>
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
  readonly institutions: ReadonlyMap<string, Uint8Array>
  /** Windows, models and calendar; the demonstration's own unless given. */
  readonly settling?: Partial<SettlingRules>
  readonly fees?: readonly FeeRow[]
}

/** An order as settlement takes it. */
interface Given {
  readonly order: Readonly<Record<string, unknown>>
  readonly at: Instant
  readonly publishAcceptance: (content: AcceptanceContent) => Promise<unknown>
}

/** The settlement of a centre: windows, reserve accounts, suspensions. */
export interface SettlingMachine {
  /** Whether an order is one of settlement. */
  takes(order: Given['order']): boolean
  carryOut(tx: Tx, given: Given): Promise<unknown>
  /** Puts a day that has just closed into its window, and notes its held charges and figures. */
  takeDay(tx: Tx, closed: ClosedDay, at: Instant): Promise<void>
  /** Days that a charge of a day waits for a missing record. */
  holdDays(day: Day): number
  /** Answers a question of a member: for the rules in force, its part of a window, its held charges. */
  answer(tx: Tx, message: Message): Promise<unknown>
  /** The list of acceptance without the members that are suspended. */
  open(tx: Tx, content: AcceptanceContent, at: Instant): Promise<AcceptanceContent>
}

/** Whether a question is for settlement: `rules`, `held: true`, or `settlement` with a window's name. */
export function isSettlingQuestion(asked: Given['order']): boolean {
  // A pull of lists has `held` too: there it is the versions held.
  return asked['rules'] !== undefined || asked['settlement'] !== undefined || asked['held'] === true
}

/** Makes the settlement of a centre. Throws `window.bad-model`. */
export function createSettling(options: SettlingOptions): SettlingMachine {
  const { id: centre, sign, institutions: members } = options
  const rules = {
    windows: DEMONSTRATION_WINDOWS,
    models: DEMONSTRATION_MODELS,
    calendar: CALENDAR,
    holds: [],
    ...options.settling,
  }
  checkModelRows(rules.models)
  const book = {
    centre,
    fees: options.fees ?? DEMONSTRATION_FEES,
    codes: DEMONSTRATION_CODES,
    ...rules,
  }
  const settlingAt = (at: Instant): Settling => ({ centre, at, rules, sign })
  return {
    takes: isSettlingOrder,
    carryOut: (tx, { order, at, publishAcceptance }) =>
      settlingOrder(tx, order, { ...settlingAt(at), members, publishAcceptance }),
    async takeDay(tx, closed, at) {
      await takeClosedDay(tx, closed, settlingAt(at))
      await updateAlarms(tx, at)
      await noteHeld(tx, { day: closed.day, codes: book.codes, storage: options.env.storage })
      await noteStatistics(tx, closed.day)
    },
    holdDays: (day) => holdDaysOf(rules.holds, day),
    async answer(tx, message) {
      const asked = orderOf(message)
      if (asked['rules'] !== undefined) return signRules(book, sign)
      if (asked['settlement'] !== undefined) return settlementFor(tx, message)
      return { held: await readHeld(tx, { operator: message.sender, ...book }) }
    },
    open: withoutSuspended,
  }
}
