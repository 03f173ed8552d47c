import { canonicalJson, type Day, type Fen, type Storage, type Tx, utf8 } from '@unifare/core'
import { orderOf } from '@unifare/institution'
import type { Message } from '@unifare/tap'
import type { Position } from '../netting.ts'
import { readWindow, type WindowView } from './reading.ts'
import { type InstructionRow, windows } from './tables.ts'
import type { SignedEvent } from './window-events.ts'
import type { WindowState } from './window-states.ts'

/** What a window settles for one member: its days, its payments, and every signed step. */
export interface SettlementStatement {
  readonly window: string
  readonly member: string
  readonly state: WindowState
  readonly valueDate: string
  readonly replaces: string
  readonly replacedBy: string
  /** As on the member's statements of these days. */
  readonly days: readonly {
    readonly day: Day
    readonly root: string
    readonly late: boolean
    readonly netFen: Fen
  }[]
  readonly position: Position
  /** Its payments; they come to `position.netFen` from PENDING on. */
  readonly instructions: readonly InstructionRow[]
  readonly events: readonly SignedEvent[]
}

/** A member's part of a window. */
export function settlementStatement(view: WindowView, member: string): SettlementStatement {
  const none = { id: member, receivableFen: 0, payableFen: 0, netFen: 0 }
  const own = (positions: readonly Position[]) => positions.find(({ id }) => id === member) ?? none
  const { window, state, valueDate, replaces, replacedBy, events } = view
  return {
    window,
    member,
    state,
    valueDate,
    replaces,
    replacedBy,
    days: view.days.map(({ day, root, late, positions }) => {
      return { day, root, late, netFen: own(positions).netFen }
    }),
    position: own(view.positions),
    instructions: view.instructions.filter(
      ({ debtor, creditor }) => debtor === member || creditor === member,
    ),
    events,
  }
}

/** The answer to a member that asks for its part of a window, and of no other's. Throws `window.unknown`. */
export async function settlementFor(tx: Tx, message: Message): Promise<SettlementStatement> {
  const view = await readWindow(tx, String(orderOf(message)['settlement']))
  return settlementStatement(view, message.sender)
}

/** Whether a window is over: nothing of it changes any more. */
function isOver(state: WindowState): boolean {
  return state === 'SETTLED' || state === 'ABORTED'
}

/**
 * Writes the statement of every member of the windows that are over, or of one of them,
 * `settlement-<window>-<member>.json`; those that are there already stay as they are.
 */
export async function writeSettlements(
  tx: Tx,
  storage: Storage,
  only?: { readonly window: string },
): Promise<void> {
  for (const { window, state } of await tx.select(windows, only ?? {})) {
    if (!isOver(state)) continue
    const view = await readWindow(tx, window)
    const members = view.positions.map(({ id }) => `settlement-${window}-${id}.json`)
    const last = members.at(-1)
    if (last === undefined || (await storage.read(last)) !== undefined) continue
    for (const { id } of view.positions) {
      const text = `${canonicalJson(settlementStatement(view, id))}\n`
      await storage.replace(`settlement-${window}-${id}.json`, utf8(text))
    }
  }
}
