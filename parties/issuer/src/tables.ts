import { type Day, type Fen, type Instant, table } from '@unifare/core'

/** Steps of opening the service, and what can become of an account. */
export type AccountState = 'opened' | 'authorised' | 'ready' | 'arrears' | 'withdrawn'

/** The rider's agreement that rides may be debited: where, up to how much a ride, from which sources in order. */
export interface Contract {
  readonly channel: string
  readonly limitFen: Fen
  readonly sources: readonly string[]
  readonly agreedAt: Instant
}

/** A ride-code account. `rider` is the rider's own key, so that the rider needs no other name. */
export interface AccountRow {
  readonly account: string
  readonly rider: string
  readonly state: AccountState
  readonly contract: unknown
  readonly openedAt: Instant
  /** Sum of advanced fares that are not repaid. */
  readonly debtFen: Fen
  /** When the debt began that is not repaid; 0 without one. */
  readonly arrearsSince: Instant
  /** End of the last credential's validity, Unix seconds. */
  readonly credentialUntilS: number
}

/** A card that was issued, and the money it was issued with. */
export interface CardRow {
  readonly number: string
  readonly issuedAt: Instant
  readonly loadedFen: Fen
  readonly spentFen: Fen
}

/** What became of a charge on one of this issuer's media. */
export type RideState =
  /** Settled by the centre, not yet asked of the rider. */
  | 'due'
  | 'paid'
  /** The rider could not pay: the fare was advanced 垫付 and is a debt. */
  | 'advanced'
  | 'repaid'
  /** A correction took more back than it asks: the rest is the rider's, not given back yet. */
  | 'credit'
  | 'credited'
  /** The centre did not settle it: it moves no money. */
  | 'rejected'

/** A charge on one of this issuer's media, as the statement told it. */
export interface RideRow {
  readonly charge: string
  readonly medium: string
  readonly account: string
  readonly operator: string
  readonly mode: string
  readonly tapDay: Day
  readonly day: Day
  readonly endAt: string
  /**
   * What the charge moves between rider and issuer: of a correction the difference to the charge
   * that it names, below zero when the rider gets it.
   */
  readonly amountFen: Fen
  /** What the charge asks for the whole journey. */
  readonly chargedFen: Fen
  /** The charge that it takes the place of; empty for a first one. */
  readonly corrects: string
  readonly state: RideState
  readonly verdict: string
}

/** An entry that staff put on the deny list; it stands until staff releases it. */
export interface DenialRow {
  /** `medium/account`. */
  readonly key: string
  readonly entry: unknown
}

/** A part of a statement that the centre sent. */
export interface StatementRow {
  readonly day: Day
  readonly part: number
  readonly statement: unknown
}

export interface MarkRow {
  readonly name: string
  readonly value: string
}

export const accounts = table<AccountRow>({
  name: 'account',
  columns: {
    account: 'text',
    rider: 'text',
    state: 'text',
    contract: 'json',
    openedAt: 'int',
    debtFen: 'int',
    arrearsSince: 'int',
    credentialUntilS: 'int',
  },
  key: ['account'],
  indexes: [['rider'], ['state']],
})

export const cards = table<CardRow>({
  name: 'card',
  columns: { number: 'text', issuedAt: 'int', loadedFen: 'int', spentFen: 'int' },
  key: ['number'],
})

export const rides = table<RideRow>({
  name: 'ride',
  columns: {
    charge: 'text',
    medium: 'text',
    account: 'text',
    operator: 'text',
    mode: 'text',
    tapDay: 'text',
    day: 'text',
    endAt: 'text',
    amountFen: 'int',
    chargedFen: 'int',
    corrects: 'text',
    state: 'text',
    verdict: 'text',
  },
  key: ['charge'],
  indexes: [['account'], ['state']],
})

export const denials = table<DenialRow>({
  name: 'denial',
  columns: { key: 'text', entry: 'json' },
  key: ['key'],
})

export const statements = table<StatementRow>({
  name: 'statement',
  columns: { day: 'text', part: 'int', statement: 'json' },
  key: ['day', 'part'],
})

export const marks = table<MarkRow>({
  name: 'mark',
  columns: { name: 'text', value: 'text' },
  key: ['name'],
})
