import { type Instant, table } from '@unifare/core'

/**
 * Where a phone card stands. `requested` and `moving` wait for a personalisation, `suspending`,
 * `resuming`, `freezing` and `ending` for the phone to carry that out.
 */
export type PhoneCardState =
  | 'requested'
  | 'active'
  | 'suspending'
  | 'suspended'
  | 'resuming'
  | 'freezing'
  | 'moving'
  | 'ending'
  | 'ended'

/** A phone card: one row a number, so that a number is never in two phones. */
export interface PhoneCardRow {
  readonly number: string
  /** Rider whose card it is. */
  readonly owner: string
  /** Public key of the phone that holds the card, or is to hold it; hexadecimal. */
  readonly device: string
  readonly state: PhoneCardState
  /** Number of the card's last script. */
  readonly script: number
  /** Device of the rider that suspended the card, which stands on the deny list; else empty. */
  readonly suspendedBy: string
  /** The phone that the card moves to while its old one is being frozen. */
  readonly target: string
  /** Old phone and what it signed, while the new one is being personalised; hexadecimal. */
  readonly frozen: string
  readonly issuedAt: Instant
}

/** Further devices of a rider, by their id on the link. */
export interface PhoneDeviceRow {
  readonly rider: string
  readonly owner: string
}

export const phoneCards = table<PhoneCardRow>({
  name: 'phone_card',
  columns: {
    number: 'text',
    owner: 'text',
    device: 'text',
    state: 'text',
    script: 'int',
    suspendedBy: 'text',
    target: 'text',
    frozen: 'text',
    issuedAt: 'int',
  },
  key: ['number'],
  indexes: [['owner'], ['device'], ['target']],
})

export const phoneDevices = table<PhoneDeviceRow>({
  name: 'phone_device',
  columns: { rider: 'text', owner: 'text' },
  key: ['rider'],
})
