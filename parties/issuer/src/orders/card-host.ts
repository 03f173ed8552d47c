import {
  createLoadHost,
  type DiversificationPath,
  deriveCardKey,
  tac,
  tacInput,
} from '@unifare/card'
import { type KeyRef, type KeyStore, sameMac } from '@unifare/crypto'
import type { CardHost } from './order-context.ts'

/** The codes of an issuer's cards, with keys derived from its load and TAC masters. */
export function createCardHost(keys: {
  readonly store: KeyStore
  readonly load: KeyRef
  readonly tac: KeyRef
  readonly path?: DiversificationPath
}): CardHost {
  const { store, path } = keys
  return {
    load: createLoadHost(keys),
    async provesPurchase(evidence) {
      if (evidence.keyVersion !== keys.tac.version) return false
      const key = await deriveCardKey({
        store,
        ref: keys.tac,
        identity: evidence,
        ...(path && { path }),
      })
      return sameMac(tac(key, tacInput(evidence), evidence.algorithm), evidence.tac)
    },
  }
}
