import { type Fen, type Instant, table } from '@unifare/core'

/** Whether the rider let the account stop. */
export type PersonState = 'live' | 'frozen'

/** What an account has beside rides and debts: a sign-in, prepaid money, a freeze. */
export interface PersonRow {
  readonly account: string
  /** Sign-in name: chosen by the rider, or the account's number; empty without a secret. */
  readonly name: string
  /** Salt of the secret, and SHA-256 of its slow hash; empty without one. */
  readonly salt: string
  readonly hash: string
  readonly state: PersonState
  /** Since when the account is frozen; 0 when it is not. */
  readonly frozenAt: Instant
  /** Money of the rider that this issuer holds for rides. */
  readonly prepaidFen: Fen
}

/** Wrong secrets under a name, whether an account has it or not: guesses tell nothing of names. */
export interface GuessRow {
  /** The name; behind `freeze/` for orders that freeze. */
  readonly name: string
  readonly wrong: number
  readonly lockedUntil: Instant
}

/** A key on the link that acts for nobody any more: another phone took the account over. */
export interface EndedKeyRow {
  readonly rider: string
  readonly owner: string
  readonly endedAt: Instant
  /** End of the last credential that it can have got, Unix seconds. */
  readonly codesUntilS: number
}

/** A ride whose fare was advanced and is not repaid. */
export interface AdvanceRow {
  readonly charge: string
  readonly account: string
  readonly amountFen: Fen
  readonly since: Instant
}

/** What a rider may ask of a payment channel beside the rides. */
export type MoneyKind = 'top-up' | 'repay' | 'refund'

export type MoneyState = 'REQUESTED' | 'PAID' | 'REFUSED'

/** An order of a rider that moves money between the issuer and a channel. */
export interface MoneyOrderRow {
  readonly order: string
  readonly account: string
  readonly kind: MoneyKind
  readonly amountFen: Fen
  readonly channel: string
  readonly sources: unknown
  /** Charges that a repayment is for. */
  readonly charges: unknown
  readonly state: MoneyState
  readonly requestedAt: Instant
  readonly at: Instant
}

/** A journey as its operator told it last. */
export interface TripRow {
  /** `operator/journey`. */
  readonly key: string
  readonly journey: string
  readonly operator: string
  /** Account or card of this issuer; the notice may name a pseudonym of it. */
  readonly account: string
  readonly version: number
  readonly notice: unknown
  /** Every charge that a version named: a correction has a name of its own. */
  readonly charges: unknown
  readonly receivedAt: Instant
  /** When the rider said that the gate did not open; 0 when not. */
  readonly claimedAt: Instant
  /** The station that the rider stated last; null when none. */
  readonly stated: unknown
}

export const persons = table<PersonRow>({
  name: 'person',
  columns: {
    account: 'text',
    name: 'text',
    salt: 'text',
    hash: 'text',
    state: 'text',
    frozenAt: 'int',
    prepaidFen: 'int',
  },
  key: ['account'],
  indexes: [['name'], ['state']],
})

export const guesses = table<GuessRow>({
  name: 'sign_in_guess',
  columns: { name: 'text', wrong: 'int', lockedUntil: 'int' },
  key: ['name'],
})

export const endedKeys = table<EndedKeyRow>({
  name: 'ended_key',
  columns: { rider: 'text', owner: 'text', endedAt: 'int', codesUntilS: 'int' },
  key: ['rider'],
  indexes: [['owner']],
})

export const advances = table<AdvanceRow>({
  name: 'advance',
  columns: { charge: 'text', account: 'text', amountFen: 'int', since: 'int' },
  key: ['charge'],
  indexes: [['account']],
})

export const moneyOrders = table<MoneyOrderRow>({
  name: 'money_order',
  columns: {
    order: 'text',
    account: 'text',
    kind: 'text',
    amountFen: 'int',
    channel: 'text',
    sources: 'json',
    charges: 'json',
    state: 'text',
    requestedAt: 'int',
    at: 'int',
  },
  key: ['order'],
  indexes: [['account'], ['state']],
})

export const trips = table<TripRow>({
  name: 'trip',
  columns: {
    key: 'text',
    journey: 'text',
    operator: 'text',
    account: 'text',
    version: 'int',
    notice: 'json',
    charges: 'json',
    receivedAt: 'int',
    claimedAt: 'int',
    stated: 'json',
  },
  key: ['key'],
  indexes: [['account'], ['journey']],
})
