import { type Fen, type Instant, table } from '@unifare/core'

/**
 * Where a phone card stands. `requested` and `moving` wait for a personalisation, `suspending`,
 * `resuming` and `freezing` for the phone to carry that out.
 */
export type PhoneCardState =
  | 'requested'
  | 'active'
  | 'suspending'
  | 'suspended'
  | 'resuming'
  | 'freezing'
  | 'moving'

/** A phone card: one row a number, so that a number is never in two phones. */
export interface PhoneCardRow {
  readonly number: string
  readonly account: string
  /** Public key of the phone that holds the card, or is to hold it; hexadecimal. */
  readonly device: string
  readonly state: PhoneCardState
  /** Number of the card's last script. */
  readonly script: number
  /** 1 while the card stands on the deny list because its holder suspended it. */
  readonly denied: number
  /** The phone that the card moves to while its old one is being frozen. */
  readonly target: string
  /** What the old phone signed, while the new one is being personalised; hexadecimal. */
  readonly frozen: string
  readonly issuedAt: Instant
}

/** Further devices of an account, by their id on the link. */
export interface PhoneDeviceRow {
  readonly rider: string
  readonly account: string
}

/** Money that a rider paid for loads of phone cards and that is on no card yet. */
export interface PhoneFundRow {
  readonly account: string
  readonly amountFen: Fen
}

/** A load that was authorised; one a card and counter. */
export interface PhoneLoadRow {
  readonly number: string
  readonly onlineNumber: number
  readonly amountFen: Fen
  readonly state: 'authorised' | 'written' | 'reversed'
  /** From 1; higher when an earlier one under this counter was reversed. */
  readonly attempt: number
  readonly opening: unknown
}

export const phoneCards = table<PhoneCardRow>({
  name: 'phone_card',
  columns: {
    number: 'text',
    account: 'text',
    device: 'text',
    state: 'text',
    script: 'int',
    denied: 'int',
    target: 'text',
    frozen: 'text',
    issuedAt: 'int',
  },
  key: ['number'],
  indexes: [['account'], ['device'], ['target']],
})

export const phoneDevices = table<PhoneDeviceRow>({
  name: 'phone_device',
  columns: { rider: 'text', account: 'text' },
  key: ['rider'],
})

export const phoneFunds = table<PhoneFundRow>({
  name: 'phone_fund',
  columns: { account: 'text', amountFen: 'int' },
  key: ['account'],
})

export const phoneLoads = table<PhoneLoadRow>({
  name: 'phone_load',
  columns: {
    number: 'text',
    onlineNumber: 'int',
    amountFen: 'int',
    state: 'text',
    attempt: 'int',
    opening: 'json',
  },
  key: ['number', 'onlineNumber'],
})
