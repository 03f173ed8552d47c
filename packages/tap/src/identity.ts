import { requireData } from '@unifare/core'
import { MONEY_KINDS } from './kinds.ts'
import type { Tap } from './tap.ts'

/** The name of a delivery: which record of which terminal. Deliveries may repeat for ever. */
export function deliveryId(tap: Pick<Tap, 'terminal' | 'sequence'>): string {
  return `${tap.terminal}-${tap.sequence}`
}

/**
 * The medium's own identity of a presentation: card (issuer, number, purse counter), code
 * (issuer, card account, generation time). One charge at most hangs on it, whatever number of
 * terminals deliver it.
 */
export function mediumId(tap: Pick<Tap, 'medium' | 'issuer' | 'account' | 'counter'>): string {
  return `${tap.medium}-${tap.issuer}-${tap.account}-${tap.counter}`
}

/**
 * The name that people and commands use for a tap: the medium's identity where money can move,
 * the delivery for gate events and refusals.
 */
export function tapId(tap: Tap): string {
  return MONEY_KINDS.has(tap.kind) && tap.medium !== 'none' ? mediumId(tap) : deliveryId(tap)
}

/** Reads a tap's name; throws `tap.bad-field` with the two forms that are understood. */
export function parseTapId(text: string): {
  readonly id: string
  readonly form: 'medium' | 'delivery'
} {
  const medium = /^(card|code)-\d{8}-\d{19}-\d{1,10}$/.test(text)
  requireData(
    medium || /^\d{12}-\d{1,10}$/.test(text),
    'tap.bad-field',
    `not a tap: "${text}"; write card-<issuer>-<number>-<counter>, code-<issuer>-<account>-<time> or <terminal>-<sequence>`,
  )
  return { id: text, form: medium ? 'medium' : 'delivery' }
}
