import type { Text } from '@unifare/language'
import type { MemberPosition } from './model.ts'

/** States of a settlement window. */
export type WindowState = 'OPEN' | 'CLOSED' | 'PENDING' | 'SETTLED' | 'ABORTED'

/** A settlement window with what it pays. */
export interface BoardWindow {
  readonly window: string
  readonly state: WindowState
  readonly stateText: Text<string>
  /** Banking day on which its money moves; empty while it is open. */
  readonly valueDate: string
  /** Names of the windows that it takes over from and that took over from it; empty for none. */
  readonly replaces: string
  readonly replacedBy: string
  readonly days: readonly { readonly day: string; readonly late: boolean }[]
  readonly positions: readonly Pick<MemberPosition, 'id' | 'netFen'>[]
  readonly instructions: readonly { readonly amountFen: number }[]
  /** Whether its steps stand, unbroken, under the centre's signature. */
  readonly eventsHold: boolean
}

/** A member's reserve account 备付金账户. */
export interface BoardReserve {
  readonly member: string
  readonly availableFen: number
  readonly payableFen: number
  readonly owedFen: number
  /** What counts against the net debit cap. */
  readonly exposureFen: number
  readonly capFen: number
  readonly depositFen: number
  readonly lowFen: number
  readonly withdrawableFen: number
  readonly suspended: boolean
  readonly alarms: readonly { readonly alarm: string; readonly text: Text<string> }[]
}

/** A charge that waits for a decision or a record. */
export interface BoardHeld {
  /** Its name: `<operator>-<number>`. */
  readonly charge: string
  readonly day: string
  readonly verdict: string
  readonly text: Text<string>
  /** Day until which it may wait. */
  readonly deadline: string
}

/** A suspense item 挂账: two records of the same money that do not say the same. */
export interface BoardItem {
  readonly key: string
  /** Whom to ask; empty for the centre itself. */
  readonly member: string
  readonly leftText: Text<string>
  readonly rightText: Text<string>
  /** What each side says; null where it says nothing. */
  readonly leftFen: number | null
  readonly rightFen: number | null
  readonly doubtFen: number
  readonly openedOn: string
  readonly ageDays: number
  readonly limitDays: number
  readonly overdue: boolean
  readonly text: Text<string>
  readonly todo: Text<string>
}

/**
 * What a centre settles and what waits for somebody: answer of `GET /api/readings/board`, the same
 * figures as `unifare settlement` prints.
 */
export interface CentreBoard {
  readonly centre: string
  /** Last closed day; empty before the first. */
  readonly day: string
  readonly windows: readonly BoardWindow[]
  readonly reserves: readonly BoardReserve[]
  readonly held: readonly BoardHeld[]
  readonly items: readonly BoardItem[]
}

/** Reads the answer of `GET /api/readings/board`; throws when a list is not there. */
export function readBoard(json: unknown): CentreBoard {
  const board = json as CentreBoard
  const { windows, reserves, held, items } = board ?? {}
  if (![windows, reserves, held, items].every((list) => Array.isArray(list))) {
    throw new TypeError('the board lacks windows, reserves, held charges or items')
  }
  return board
}
