import { fromHex } from '@unifare/core'
import { type KeyRef, type KeyStore, sameMac } from '@unifare/crypto'
import { type DiversificationPath, deriveCardKey } from '../purse/diversification.ts'
import {
  ALGORITHM_3DES,
  ALGORITHM_SM4,
  loadMac1,
  loadMac2,
  loadSessionKey,
  loadTacInput,
  tac,
} from '../purse/purse-crypto.ts'
import type { LoadHost, LoadOpening } from './load-flow.ts'

/** The codes of a load on the issuer's side, with keys derived from its masters. */
export function createLoadHost(keys: {
  readonly store: KeyStore
  readonly load: KeyRef
  readonly tac: KeyRef
  readonly path?: DiversificationPath
}): LoadHost {
  const { store, path } = keys
  const derive = (ref: KeyRef, identity: LoadOpening) =>
    deriveCardKey({ store, ref, identity, ...(path && { path }) })
  return {
    async authorise(opening) {
      const { algorithm } = opening
      const expectedAlgorithm = keys.load.algorithm === 'sm4' ? ALGORITHM_SM4 : ALGORITHM_3DES
      const known = algorithm === expectedAlgorithm && opening.keyVersion === keys.load.version
      if (!known) return { ok: false, code: 'card.no-key' }
      const sessionKey = loadSessionKey(await derive(keys.load, opening), opening, algorithm)
      const terms = termsOf(opening)
      const expected = loadMac1(sessionKey, { ...terms, oldBalanceFen: opening.balanceBeforeFen })
      if (!sameMac(expected, opening.mac1)) return { ok: false, code: 'card.bad-mac' }
      return { ok: true, mac2: loadMac2(sessionKey, terms) }
    },
    async confirm(opening, code) {
      const { balanceBeforeFen, amountFen, onlineNumber } = opening
      const newBalanceFen = balanceBeforeFen + amountFen
      const input = loadTacInput({ ...termsOf(opening), newBalanceFen, onlineNumber })
      return sameMac(tac(await derive(keys.tac, opening), input, opening.algorithm), code)
    },
  }
}

function termsOf(opening: LoadOpening) {
  return {
    amountFen: opening.amountFen,
    terminal: fromHex(opening.terminal),
    dateTime: fromHex(opening.date + opening.time),
  }
}
