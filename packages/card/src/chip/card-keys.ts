import type { KeyRef, KeyStore, KeyUse } from '@unifare/crypto'
import { cardError } from '../errors.ts'
import {
  type CardIdentity,
  type DiversificationPath,
  deriveCardKey,
} from '../purse/diversification.ts'
import { ALGORITHM_3DES, ALGORITHM_SM4 } from '../purse/purse-crypto.ts'
import { CARD_KEY_USES, type CardKey, type CardKeyUse, type CardMemory } from './card-state.ts'

/** Uses that every purse needs. */
type NeededUse = 'purchase' | 'load' | 'tac' | 'maintenance'

/** The master keys a card is derived from, and the store that holds them. */
export interface CardMasterKeys
  extends Readonly<Record<NeededUse, KeyRef>>,
    Readonly<Partial<Record<Exclude<CardKeyUse, NeededUse>, KeyRef>>> {
  readonly store: KeyStore
  /** Levels from these masters to the card; national masters by default. */
  readonly path?: DiversificationPath
}

/** Records of the transaction log. */
export const LOG_RECORDS = 10

/** What a new purse has that nobody decides otherwise. */
export const PURSE_DEFAULTS = {
  lock: 'none',
  /** 1,000 yuan, the most that a bearer purse may hold. */
  balanceLimitFen: 100_000,
  overdraftFen: 0,
  pin: null,
  loadNeedsPin: false,
  wrongMacs: 0,
  offlineNumber: 0,
  onlineNumber: 0,
  proof: null,
  cash: false,
  others: [],
  foreign: [],
} as const satisfies Partial<CardMemory>

/** A purse balance is a signed 4-byte number on the wire. */
const BALANCE_MAX_FEN = 0x3fff_ffff

/** Throws `card.bad-field` unless the balance lies between 0 and a limit that fits the wire. */
export function requireBalance(purse: {
  readonly balanceFen: number
  readonly balanceLimitFen: number
}): void {
  const { balanceFen, balanceLimitFen } = purse
  if (!(Number.isSafeInteger(balanceFen) && balanceFen >= 0 && balanceFen <= balanceLimitFen)) {
    throw cardError('card.bad-field', { field: 'balanceFen', value: balanceFen })
  }
  if (!(Number.isSafeInteger(balanceLimitFen) && balanceLimitFen <= BALANCE_MAX_FEN)) {
    throw cardError('card.bad-field', { field: 'balanceLimitFen', value: balanceLimitFen })
  }
}

const ALGORITHM_BYTES: Partial<Record<KeyRef['algorithm'], number>> = {
  '3des': ALGORITHM_3DES,
  sm4: ALGORITHM_SM4,
}

/** The card's own keys under the masters. Throws `card.unsupported-algorithm`. */
export function cardKeys(keys: CardMasterKeys, identity: CardIdentity): Promise<CardKey[]> {
  const { store, path } = keys
  const refs = CARD_KEY_USES.flatMap((use) => {
    const ref = keys[use satisfies KeyUse]
    return ref ? [{ use, ref }] : []
  })
  return Promise.all(
    refs.map(async ({ use, ref }) => {
      const algorithm = ALGORITHM_BYTES[ref.algorithm]
      if (algorithm === undefined) {
        throw cardError('card.unsupported-algorithm', { algorithm: ref.algorithm })
      }
      const work = 'issue'
      const key = await deriveCardKey({ store, ref, identity, work, ...(path && { path }) })
      return { use, index: ref.index, version: ref.version, algorithm, key }
    }),
  )
}
