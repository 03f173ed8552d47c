import { chargeHead, chargeTapLayout, TAP_HEAD_LENGTH, tapHead } from '@unifare/tap'

/** Where clearing finds what it needs in the bytes of a tap: the wire's own layout. */
export const TAP = {
  version: tapHead.fields.version[0],
  kind: tapHead.fields.kind[0],
  length: tapHead.fields.length[0],
  terminal: tapHead.fields.terminal[0],
  sequence: tapHead.fields.sequence[0],
  at: tapHead.fields.at[0],
  timeQuality: tapHead.fields.timeQuality[0],
  mode: tapHead.fields.mode[0],
  operator: tapHead.fields.operator[0],
  city: tapHead.fields.city[0],
  vehicle: tapHead.fields.vehicle[0],
  medium: tapHead.fields.medium[0],
  flags: tapHead.fields.flags[0],
  /** Issuer and account stand together: 14 bytes. */
  account: tapHead.fields.issuer[0],
  counter: tapHead.fields.counter[0],
  amountFen: tapHead.fields.amountFen[0],
  balanceFen: tapHead.fields.balanceFen[0],
  entryAt: tapHead.fields.entryAt[0],
  serial: tapHead.fields.serial[0],
  evidenceLength: TAP_HEAD_LENGTH,
  evidence: TAP_HEAD_LENGTH + 2,
} as const

/** The same of a charge. */
export const CHARGE = {
  medium: chargeHead.fields.medium[0],
  length: chargeHead.fields.length[0],
  operator: chargeHead.fields.operator[0],
  number: chargeHead.fields.number[0],
  corrects: chargeHead.fields.corrects[0],
  mode: chargeHead.fields.mode[0],
  flags: chargeHead.fields.flags[0],
  account: chargeHead.fields.issuer[0],
  tapDay: chargeHead.fields.tapDay[0],
  endAt: chargeHead.fields.endAt[0],
  amountFen: chargeHead.fields.amountFen[0],
  tapCount: chargeHead.fields.tapCount[0],
  partCount: chargeHead.fields.partCount[0],
  tariffLength: chargeHead.fields.tariffLength[0],
  /** The tariff's name begins here, the named taps stand behind it. */
  tariff: chargeHead.length,
} as const

/** A tap that a charge names: terminal, sequence, amount. */
export const NAMED = {
  bytes: chargeTapLayout.length,
  terminal: chargeTapLayout.fields.terminal[0],
  sequence: chargeTapLayout.fields.sequence[0],
  amountFen: chargeTapLayout.fields.amountFen[0],
} as const

/** Issuer (4 bytes), account (10): what a medium is called by; the medium's kind makes it whole. */
export const ACCOUNT_BYTES = 14
