import { canonicalJson, type Day, type Fen, type Storage, type Tx, utf8 } from '@unifare/core'
import { orderOf } from '@unifare/institution'
import type { Message } from '@unifare/tap'
import type { Position } from '../netting.ts'
import type { OwnFile, OwnFiles } from '../own-files.ts'
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
 * The statement of every member of the windows that are over, `settlement-<window>-<member>.json`:
 * written once, since nothing of them changes any more.
 */
export function settlementFiles(storage: Storage): OwnFiles {
  return {
    kind: 'settlements',
    async due(tx, { day, window: only } = {}) {
      if (day !== undefined) return []
      const there = new Set(await storage.list('settlement-'))
      const missing: OwnFile[] = []
      for (const { window, state } of await tx.select(windows, only ? { window: only } : {})) {
        if (!isOver(state)) continue
        const { positions } = await readWindow(tx, window)
        const own = positions.map(({ id }) => settlementFile(storage, window, id))
        missing.push(...own.filter(({ name }) => !there.has(`${name}.json`)))
      }
      return missing
    },
  }
}

function settlementFile(storage: Storage, window: string, member: string): OwnFile {
  const name = `settlement-${window}-${member}`
  return {
    name,
    member,
    async write(tx) {
      const view = await readWindow(tx, window)
      const text = `${canonicalJson(settlementStatement(view, member))}\n`
      await storage.replace(`${name}.json`, utf8(text))
    },
  }
}
