import { type Day, type Fen, type Instant, table } from '@unifare/core'
import type { OrderMove } from './order-moves.ts'

/** Goes up when these tables hold something else: 2 since verdicts and statement lines lie in pages. */
export const STATE_FORM = 2

/** A tap as the centre keeps it: raw, with the terminal's deny list at that time. */
export interface TapRow {
  readonly terminal: string
  readonly sequence: number
  readonly operator: string
  readonly identity: string
  readonly at: Instant
  readonly kind: string
  /** Version of the centre's deny list that the terminal held. */
  readonly denyVersion: number
  readonly raw: Uint8Array
}

/** A charge that waits for its day's close, or has its verdict. */
export interface ChargeRow {
  readonly operator: string
  readonly number: number
  readonly raw: Uint8Array
  /** Settlement day; empty while it waits. */
  readonly day: string
  readonly verdict: string
}

/** A closed day: everything that its re-run needs is named by it. */
export interface DayRow {
  readonly day: Day
  readonly previousRoot: string
  readonly root: string
  readonly closedAt: Instant
  readonly settledFen: Fen
  readonly positions: unknown
  /** What besides taps and charges went into the day: acceptance, issuers, fee rows, oldest day. */
  readonly rules: unknown
  readonly signature: string
}

/** A member's statement of a day, whole. */
export interface StatementRow {
  readonly day: Day
  readonly member: string
  readonly statement: unknown
}

/** Identities that were charged, for ever (map, decision 3). */
export interface SettledRow {
  readonly identity: string
  /** The journey's first charge that settled; `corrections` lead from it to the newest. */
  readonly charge: string
  readonly hash: string
  readonly day: Day
}

/** A correction that settled: by it the charge that it names stands no more. */
export interface CorrectionRow {
  readonly charge: string
  readonly corrects: string
  /** The journey's first charge that settled. */
  readonly first: string
  readonly day: Day
}

/** Terminal serials of card debits, and the identity each stands for. */
export interface SerialRow {
  readonly serial: string
  readonly identity: string
  readonly day: Day
}

/** Shadow of a card: counter and balance after its last settled transaction. */
export interface CardRow {
  readonly card: string
  readonly counter: number
  readonly balanceFen: Fen
}

/** A purchase that was paid out when its card's purse was: no charge can bring it. */
export interface RefundRow {
  readonly issuer: string
  readonly account: string
  readonly counter: number
  /** Last day that was closed then. */
  readonly day: Day
}

/**
 * A deny entry: the version of the list in which it first stood, and the first one without it.
 * A medium that is denied again has a row of its own for that: closed days rest on the old one.
 */
export interface DenyRow {
  /** `medium/issuer/account`. */
  readonly key: string
  readonly entry: unknown
  readonly issuer: string
  readonly version: number
  /** 0 while the entry stands. */
  readonly until: number
}

/** An order that an issuer said is done; `day` is empty until its day closes. */
export interface OrderRow extends OrderMove {
  /** Business day in which the centre took it in. */
  readonly tapDay: Day
  readonly day: string
}

/** Chain mark of an operator's charges, and certificates of issuers. */
export interface MarkRow {
  readonly name: string
  readonly value: string
}

export const taps = table<TapRow>({
  name: 'tap',
  columns: {
    terminal: 'text',
    sequence: 'int',
    operator: 'text',
    identity: 'text',
    at: 'int',
    kind: 'text',
    denyVersion: 'int',
    raw: 'bytes',
  },
  key: ['terminal', 'sequence'],
  indexes: [['identity']],
})

export const charges = table<ChargeRow>({
  name: 'charge',
  columns: { operator: 'text', number: 'int', raw: 'bytes', day: 'text', verdict: 'text' },
  key: ['operator', 'number'],
  // With the key behind it: those of a day are read in pages, in the order of the key.
  indexes: [['day', 'operator', 'number']],
})

export const days = table<DayRow>({
  name: 'day',
  columns: {
    day: 'text',
    previousRoot: 'text',
    root: 'text',
    closedAt: 'int',
    settledFen: 'int',
    positions: 'json',
    rules: 'json',
    signature: 'text',
  },
  key: ['day'],
})

export const statements = table<StatementRow>({
  name: 'statement',
  columns: { day: 'text', member: 'text', statement: 'json' },
  key: ['day', 'member'],
})

export const settled = table<SettledRow>({
  name: 'settled',
  columns: { identity: 'text', charge: 'text', hash: 'text', day: 'text' },
  key: ['identity'],
})

export const corrections = table<CorrectionRow>({
  name: 'correction',
  columns: { charge: 'text', corrects: 'text', first: 'text', day: 'text' },
  key: ['charge'],
  indexes: [['corrects'], ['first']],
})

export const serials = table<SerialRow>({
  name: 'serial',
  columns: { serial: 'text', identity: 'text', day: 'text' },
  key: ['serial'],
})

export const cards = table<CardRow>({
  name: 'card',
  columns: { card: 'text', counter: 'int', balanceFen: 'int' },
  key: ['card'],
})

export const denyEntries = table<DenyRow>({
  name: 'deny',
  columns: { key: 'text', entry: 'json', issuer: 'text', version: 'int', until: 'int' },
  key: ['key', 'version'],
  indexes: [['issuer']],
})

export const orders = table<OrderRow>({
  name: 'card_order',
  columns: {
    issuer: 'text',
    order: 'text',
    kind: 'text',
    agent: 'text',
    amountFen: 'int',
    tapDay: 'text',
    day: 'text',
  },
  key: ['issuer', 'order'],
  indexes: [['day']],
})

export const refunds = table<RefundRow>({
  name: 'refunded_purchase',
  columns: { issuer: 'text', account: 'text', counter: 'int', day: 'text' },
  key: ['issuer', 'account', 'counter'],
})

export const marks = table<MarkRow>({
  name: 'mark',
  columns: { name: 'text', value: 'text' },
  key: ['name'],
})
