import { compareText, UnifareError } from '@unifare/core'
import { type KeyRef, keyRefText } from './key-ref.ts'
import type { KeyStore } from './key-store.ts'

/**
 * Several stores as one: every request goes to the store that knows the key. So 3DES and P-256 may
 * live in tokens, one per key system, and SM2, SM4 and Ed25519 in software. A key that two stores
 * know is the earlier one's.
 */
export function createRoutedKeyStore(stores: readonly KeyStore[]): KeyStore {
  const find = (ref: KeyRef): KeyStore => {
    const store = stores.find((candidate) => candidate.state(ref) !== undefined)
    if (!store) throw new UnifareError('key.not-found', `no key ${keyRefText(ref)}`, { ref })
    return store
  }
  return {
    name: stores.map(({ name }) => name).join(' + '),
    derive: async (ref, factors, work) => find(ref).derive(ref, factors, work),
    encrypt: async (ref, factors, blocks) => find(ref).encrypt(ref, factors, blocks),
    sessionMac: async (ref, input) => find(ref).sessionMac(ref, input),
    sign: async (ref, message, options) => find(ref).sign(ref, message, options),
    publicKey: async (ref) => find(ref).publicKey(ref),
    checkValue: async (ref) => find(ref).checkValue(ref),
    state: (ref) => stores.find((store) => store.state(ref) !== undefined)?.state(ref),
    list() {
      const byText = new Map(
        stores.flatMap((store) => store.list()).map((ref) => [keyRefText(ref), ref] as const),
      )
      return [...byText].sort(([a], [b]) => compareText(a, b)).map(([, ref]) => ref)
    },
  }
}
