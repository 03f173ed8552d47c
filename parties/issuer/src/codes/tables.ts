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

/** A card whose rider wants one account over it and the codes at an operator. */
export interface CardLinkRow {
  /** `account/operator`. */
  readonly key: string
  readonly account: string
  readonly operator: string
  /** Number of the card; empty when the link was ended. */
  readonly card: string
  /** `string[]`: months (YYYY-MM) that the operator was told of. */
  readonly months: unknown
}

export const cardLinks = table<CardLinkRow>({
  name: 'card_link',
  columns: { key: 'text', account: 'text', operator: 'text', card: 'text', months: 'json' },
  key: ['key'],
  indexes: [['account']],
})
