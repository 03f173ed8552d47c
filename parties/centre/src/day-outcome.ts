import type { Day, Fen, Tx } from '@unifare/core'
import type { Cleared } from './clearing.ts'
import type { ClosingRules } from './close.ts'
import type { Verifier } from './evidence.ts'
import type { ClosedDay } from './settling/window-orders.ts'
import type { Statement } from './statement.ts'

/** A day that was closed, or run again. */
export interface DayResult {
  readonly day: Day
  readonly root: string
  /** 90 trillion yuan at most: a day of more is refused (`money.not-integer`), never rounded. */
  readonly settledFen: Fen
  readonly charges: number
  readonly rejected: Readonly<Record<string, number>>
}

/** A closed day that was run again. */
export type Rerun = Pick<
  Cleared,
  'root' | 'charges' | 'positions' | 'settledFen' | 'entries' | 'leaves'
>

/** A day that is being closed, whichever way. */
export interface ClosingDay {
  readonly day: Day
  readonly centre: string
  readonly previousRoot: string
  readonly rules: ClosingRules
  readonly verifier: Verifier
  /** Most records of a result file; as the profile has it when not given. */
  readonly fileRecordsMax: number | undefined
}

/** What a day came to that is being closed: what is told of charges, cards and books is written. */
export interface DayOutcome extends DayResult {
  readonly positions: Cleared['positions']
  /** What settlement takes of it. */
  readonly money: ClosedDay
  /** Keeps the statements, once settlement has taken the day. */
  tell(tx: Tx): Promise<readonly Stated[]>
}

/** A member's statement, and its lines in pages, to be sent. */
export interface Stated {
  readonly statement: Statement
  /** One at least: a statement without lines is told, too. */
  readonly pages: number
  /** Canonical JSON of the lines, commas between them. */
  readonly lines: () => AsyncIterable<Uint8Array>
}
