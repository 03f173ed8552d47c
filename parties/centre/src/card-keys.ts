import { ALGORITHM_3DES, ALGORITHM_SM4, type CardEvidence, deriveCardKey } from '@unifare/card'
import { UnifareError } from '@unifare/core'
import type { CryptoErrorCode, KeyDeriver, KeyRef } from '@unifare/crypto'

/** Keys of one card that verification needs, 16 bytes each. */
export interface CardKeyPair {
  readonly purchase: Uint8Array
  readonly tac: Uint8Array
}

/** Finds the keys of the card that made evidence; undefined when no master serves that version. */
export type CardKeys = (
  evidence: Pick<
    CardEvidence,
    'issuerId' | 'applicationSerial' | 'keyVersion' | 'scheme' | 'algorithm'
  >,
) => CardKeyPair | undefined | Promise<CardKeyPair | undefined>

/** What a store says of versions that verify nothing: unknown, not in use yet, destroyed. */
const UNSERVED: ReadonlySet<string> = new Set<CryptoErrorCode>([
  'key.not-found',
  'key.not-active',
  'key.destroyed',
])

/** Algorithm of a master by the byte that its cards answer INIT with. */
const ALGORITHMS: Readonly<Record<number, KeyRef['algorithm']>> = {
  [ALGORITHM_3DES]: '3des',
  [ALGORITHM_SM4]: 'sm4',
}

/** Cards ride more than once a day: their keys are kept for the run, the oldest dropped first. */
const CARDS_MAX = 100_000

/**
 * Derives card keys from the masters of a key store. Make one per run: the keys that it keeps end
 * with it.
 */
export function createCardKeys(options: {
  /** A key store, or the window of a key service. */
  readonly keyStore: KeyDeriver
  /** Institution that owns the masters of both key systems. */
  readonly keyOwner: string
  readonly maxCards?: number
}): CardKeys {
  const { maxCards = CARDS_MAX } = options
  const kept = new Map<string, CardKeyPair>()

  async function derive(card: Parameters<CardKeys>[0], name: string) {
    const pair = await derivePair(options, card)
    if (pair === undefined) return undefined
    for (const oldest of kept.keys()) {
      if (kept.size < maxCards) break
      kept.delete(oldest)
    }
    kept.set(name, pair)
    return pair
  }

  return (card) => {
    const { scheme = 'mot', algorithm, keyVersion, issuerId, applicationSerial } = card
    const name = `${scheme}.${algorithm}.${keyVersion}.${issuerId}.${applicationSerial}`
    return kept.get(name) ?? derive(card, name)
  }
}

async function derivePair(
  { keyStore, keyOwner }: { readonly keyStore: KeyDeriver; readonly keyOwner: string },
  identity: Parameters<CardKeys>[0],
): Promise<CardKeyPair | undefined> {
  const algorithm = ALGORITHMS[identity.algorithm]
  if (algorithm === undefined) return undefined
  const keyOf = (use: KeyRef['use'], index: number) =>
    deriveCardKey({
      store: keyStore,
      ref: {
        scheme: identity.scheme ?? 'mot',
        issuer: keyOwner,
        use,
        index,
        version: identity.keyVersion,
        algorithm,
      },
      identity,
    })
  try {
    return { purchase: await keyOf('purchase', 1), tac: await keyOf('tac', 0) }
  } catch (error) {
    // Not a fault of the centre: the version is what a terminal wrote.
    if (error instanceof UnifareError && UNSERVED.has(error.code)) return undefined
    throw error
  }
}
