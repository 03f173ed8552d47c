import { type Day, type Fen, type Instant, table } from '@unifare/core'
import type { SettlementModel } from './models.ts'
import type { Obligation } from './obligations.ts'
import type { WindowEvent } from './window-events.ts'
import type { WindowState } from './window-states.ts'

/** A settlement window; its days are rows of their own. */
export interface WindowRow {
  readonly window: string
  readonly state: WindowState
  /** Days of its period, whatever days it has. */
  readonly first: Day
  readonly last: Day
  /** Empty before its instructions are made. */
  readonly valueDate: string
  /** The aborted window whose positions it took over; empty for none. */
  readonly replaces: string
  /** Of an aborted one: the window that took over. */
  readonly replacedBy: string
}

/** A closed day in the window that settles it. */
export interface WindowDayRow {
  readonly window: string
  readonly day: Day
  readonly obligations: readonly Obligation[]
  /** Its own window was closed already. */
  readonly late: boolean
}

/** A payment of a window that is or was with the bank. */
export interface InstructionRow {
  readonly window: string
  readonly endToEnd: string
  readonly debtor: string
  readonly creditor: string
  readonly amountFen: Fen
  readonly model: SettlementModel
  readonly valueDate: Day
  readonly day: string
}

/** A signed step of a window. */
export interface WindowEventRow {
  readonly window: string
  readonly number: number
  readonly event: WindowEvent
  /** Ed25519, by the centre, over the event as canonical JSON; hexadecimal. */
  readonly signature: string
}

/** Terms of a member's reserve account. */
export interface ReserveRow {
  readonly member: string
  readonly depositFen: Fen
  readonly capFen: Fen
  readonly lowFen: Fen
  /** No new acceptance, by order of staff. */
  readonly suspended: boolean
}

/** An alarm of a member's reserve account. */
export interface AlarmRow {
  readonly member: string
  readonly alarm: string
  readonly raisedAt: Instant
  /** 0 while it lasts. */
  readonly clearedAt: Instant
}

export const windows = table<WindowRow>({
  name: 'settlement_window',
  columns: {
    window: 'text',
    state: 'text',
    first: 'text',
    last: 'text',
    valueDate: 'text',
    replaces: 'text',
    replacedBy: 'text',
  },
  key: ['window'],
  indexes: [['state']],
})

export const windowDays = table<WindowDayRow>({
  name: 'settlement_day',
  columns: { window: 'text', day: 'text', obligations: 'json', late: 'bool' },
  key: ['window', 'day'],
  indexes: [['day']],
})

export const instructions = table<InstructionRow>({
  name: 'settlement_instruction',
  columns: {
    window: 'text',
    endToEnd: 'text',
    debtor: 'text',
    creditor: 'text',
    amountFen: 'int',
    model: 'text',
    valueDate: 'text',
    day: 'text',
  },
  key: ['window', 'endToEnd'],
})

export const windowEvents = table<WindowEventRow>({
  name: 'settlement_event',
  columns: { window: 'text', number: 'int', event: 'json', signature: 'text' },
  key: ['window', 'number'],
})

export const reserves = table<ReserveRow>({
  name: 'reserve_terms',
  columns: {
    member: 'text',
    depositFen: 'int',
    capFen: 'int',
    lowFen: 'int',
    suspended: 'bool',
  },
  key: ['member'],
})

export const alarms = table<AlarmRow>({
  name: 'reserve_alarm',
  columns: { member: 'text', alarm: 'text', raisedAt: 'int', clearedAt: 'int' },
  key: ['member', 'alarm', 'raisedAt'],
})
