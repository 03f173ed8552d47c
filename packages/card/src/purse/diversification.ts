import { fromHex } from '@unifare/core'
import type { KeyDeriver, KeyRef, KeyWork } from '@unifare/crypto'

/**
 * Levels between a master key and the key of a card, in the order in which they are applied. The
 * order of real T-Union keys is hidden in its PSAMs, so it is a setting (reference card 5.2).
 */
export type DiversificationPath = readonly ('issuer' | 'card')[]

/** National master, then issuer code, then card serial. */
export const DEFAULT_PATH: DiversificationPath = ['issuer', 'card']

/** What of a card enters the diversification, as EF 15 stores it. */
export interface CardIdentity {
  /** EF 15 [0..8) as hexadecimal. */
  readonly issuerId: string
  /** EF 15 [10..20) as hexadecimal: nibble 0 and 19 digits. */
  readonly applicationSerial: string
}

/** F1 = EF 15 [12..20) and F2 = EF 15 [0..8): the factors as a PSAM takes them. */
export function diversificationFactors(
  identity: CardIdentity,
): Record<'card' | 'issuer', Uint8Array> {
  return {
    card: fromHex(identity.applicationSerial).slice(2, 10),
    issuer: fromHex(identity.issuerId),
  }
}

/**
 * Key of a card under a master of the store; an issuer-level master takes the path `['card']`. A new
 * card's keys are work of kind `issue`: an old version of a master gives none.
 */
export function deriveCardKey(options: {
  readonly store: KeyDeriver
  readonly ref: KeyRef
  readonly identity: CardIdentity
  readonly path?: DiversificationPath
  readonly work?: KeyWork
}): Promise<Uint8Array> {
  const factors = diversificationFactors(options.identity)
  const path = options.path ?? DEFAULT_PATH
  return options.store.derive(
    options.ref,
    path.map((level) => factors[level]),
    options.work,
  )
}
