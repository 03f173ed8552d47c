import { type Day, type Fen, type Instant, table } from '@unifare/core'
import type { Mode } from '@unifare/tap'

/** What became of a tap at its operator. */
export type TapState =
  /** Waits for its charge, or for the other end of its journey. */
  | 'open'
  /** Stands in a charge. */
  | 'charged'
  /** Void by a later record of the terminal; the reason stands in `note`. */
  | 'void'
  /** The same presentation, delivered before. */
  | 'duplicate'
  /** Cannot be read by this program: kept and forwarded. */
  | 'quarantined'
  /** Carries no money: gate events, refusals. */
  | 'noted'

/** A tap as its operator keeps it; the raw record is also in the intake segment for ever. */
export interface TapRow {
  readonly terminal: string
  readonly sequence: number
  readonly medium: string
  /** Medium identity where money can move, else empty. */
  readonly identity: string
  /** `medium/issuer/account`: whose journey it belongs to. */
  readonly rider: string
  readonly kind: string
  readonly at: Instant
  readonly state: TapState
  readonly note: string
  readonly raw: Uint8Array
}

/** A journey from its first record to its charge. */
export interface JourneyRow {
  /** Delivery of the record that opened it, `<terminal>-<sequence>`. */
  readonly id: string
  readonly rider: string
  readonly state: JourneyState
  readonly entryTerminal: string
  readonly entrySequence: number
  readonly exitTerminal: string
  readonly exitSequence: number
  readonly openedAt: Instant
  /** Its latest charge: the first one, or the last correction; 0 without one. */
  readonly charge: number
  readonly note: string
}

/** A card journey that was charged, by rider and whole second of its entry. */
export interface OpeningRow {
  readonly rider: string
  readonly openedS: number
}

export const openings = table<OpeningRow>({
  name: 'opening',
  columns: { rider: 'text', openedS: 'int' },
  key: ['rider', 'openedS'],
})

/**
 * One end of a code journey that was charged as incomplete. The other end may still be uploaded:
 * it must complete this journey then, not be charged as a second one.
 */
export interface LoneEnd {
  readonly terminal: string
  readonly sequence: number
  readonly at: Instant
  readonly mode: Mode
  readonly missing: 'entry' | 'exit'
}

/** The lone ends of a rider's business day. */
export interface LoneEndsRow {
  readonly rider: string
  readonly day: Day
  /** `LoneEnd[]` */
  readonly ends: unknown
}

export const loneEnds = table<LoneEndsRow>({
  name: 'lone_ends',
  columns: { rider: 'text', day: 'text', ends: 'json' },
  key: ['rider', 'day'],
})

/** Visible states of a journey (reference fares 6). Void ones never bill. */
export type JourneyState = 'complete' | 'incomplete' | 'void'

/** A charge that was made, and the price behind it. */
export interface ChargeRow {
  readonly number: number
  /** Name of its journey. */
  readonly trip: string
  /** Number of the charge that it replaces; 0 for a first one. */
  readonly corrects: number
  readonly rider: string
  readonly day: Day
  readonly amountFen: Fen
  /** What the tariff says, when it differs from what a card was debited; else the same. */
  readonly pricedFen: Fen
  readonly endAt: Instant
  /** Bytes of the charge as the centre gets them. */
  readonly raw: Uint8Array
  /** Steps of the price with their texts. */
  readonly explanation: unknown
  readonly sent: boolean
}

/** A terminal's place in the tap chain, and counters of the operator. */
export interface MarkRow {
  readonly name: string
  readonly value: string
}

/** Which delivery of a presentation can be charged: the first that came and is not void. */
export interface IdentityRow {
  readonly identity: string
  readonly terminal: string
  readonly sequence: number
}

export const identities = table<IdentityRow>({
  name: 'identity',
  columns: { identity: 'text', terminal: 'text', sequence: 'int' },
  key: ['identity'],
})

export const taps = table<TapRow>({
  name: 'tap',
  columns: {
    terminal: 'text',
    sequence: 'int',
    medium: 'text',
    identity: 'text',
    rider: 'text',
    kind: 'text',
    at: 'int',
    state: 'text',
    note: 'text',
    raw: 'bytes',
  },
  key: ['terminal', 'sequence'],
  indexes: [['state'], ['identity']],
})

export const journeys = table<JourneyRow>({
  name: 'journey',
  columns: {
    id: 'text',
    rider: 'text',
    state: 'text',
    entryTerminal: 'text',
    entrySequence: 'int',
    exitTerminal: 'text',
    exitSequence: 'int',
    openedAt: 'int',
    charge: 'int',
    note: 'text',
  },
  key: ['id'],
  indexes: [['rider'], ['state']],
})

export const charges = table<ChargeRow>({
  name: 'charge',
  columns: {
    number: 'int',
    trip: 'text',
    corrects: 'int',
    rider: 'text',
    day: 'text',
    amountFen: 'int',
    pricedFen: 'int',
    endAt: 'int',
    raw: 'bytes',
    explanation: 'json',
    sent: 'bool',
  },
  key: ['number'],
  indexes: [['rider'], ['sent'], ['day']],
})

/** Why a charge stands although its price is another one now. */
export interface LeftCorrectionRow {
  /** Number of the charge that stands. */
  readonly charge: number
  readonly trip: string
  readonly tapDay: Day
  /** Code of `operatorErrors`. */
  readonly reason: string
}

export const leftCorrections = table<LeftCorrectionRow>({
  name: 'left_correction',
  columns: { charge: 'int', trip: 'text', tapDay: 'text', reason: 'text' },
  key: ['charge'],
})

export const marks = table<MarkRow>({
  name: 'mark',
  columns: { name: 'text', value: 'text' },
  key: ['name'],
})

/** A part of a statement that the centre sent. */
export interface StatementRow {
  readonly day: Day
  readonly part: number
  readonly statement: unknown
}

export const statements = table<StatementRow>({
  name: 'statement',
  columns: { day: 'text', part: 'int', statement: 'json' },
  key: ['day', 'part'],
})
