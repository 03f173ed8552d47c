import { type Instant, table } from '@unifare/core'

/** A number that an account's codes carry for a day; only its issuer knows whose it is. */
export interface PseudonymRow {
  readonly number: string
  readonly account: string
  /** `account/day/slot/companion`: the same wish gets the same number. */
  readonly name: string
  readonly paymentAccount: string
  /** End of the last credential on it, Unix seconds. */
  readonly untilS: number
}

/** A rider lets an operator add up its rides of a month. */
export interface SchemeRow {
  /** `account/operator`. */
  readonly key: string
  readonly account: string
  readonly operator: string
  readonly since: Instant
}

export const pseudonyms = table<PseudonymRow>({
  name: 'pseudonym',
  columns: {
    number: 'text',
    account: 'text',
    name: 'text',
    paymentAccount: 'text',
    untilS: 'int',
  },
  key: ['number'],
  indexes: [['account'], ['name']],
})

export const schemes = table<SchemeRow>({
  name: 'joined_scheme',
  columns: { key: 'text', account: 'text', operator: 'text', since: 'int' },
  key: ['key'],
  indexes: [['account']],
})
