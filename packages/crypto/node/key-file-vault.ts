import { existsSync } from 'node:fs'
import { UnifareError } from '@unifare/core'
import { generateKey } from '../src/key-material.ts'
import { keyRefText } from '../src/key-ref.ts'
import { ALWAYS_ACTIVE } from '../src/key-state.ts'
import type { KeyEntry, KeyVault } from '../src/key-store.ts'
import type { SoftwareKeyStore } from '../src/software-key-store.ts'
import {
  type OpenKeyFileOptions,
  openEncryptedKeyStore,
  saveEncryptedKeyStore,
  storeOfKeys,
  systemRandom,
} from './encrypted-key-store.ts'

/** How a key file is opened for changes. */
export interface KeyFileVaultOptions extends OpenKeyFileOptions {
  /** Begin an empty file where there is none; otherwise that is `key.no-file`. */
  readonly create?: boolean
  /** scrypt cost of saving. */
  readonly cost?: number
}

/**
 * An encrypted key file that key officers change. Every change is in the file, whole, before it
 * counts; two processes must not change one file at once. Throws as `openEncryptedKeyStore`.
 */
export async function openKeyFileVault(options: KeyFileVaultOptions): Promise<KeyVault> {
  const { random = systemRandom } = options
  const fresh = options.create === true && !existsSync(options.file)
  let store = fresh ? storeOfKeys([], options) : await openEncryptedKeyStore(options)

  const save = async (keys: readonly KeyEntry[]): Promise<void> => {
    const next = storeOfKeys(keys, options)
    await saveEncryptedKeyStore({ ...options, keys })
    store = next
  }
  const put = async (entry: KeyEntry): Promise<void> => {
    if (store.state(entry.ref) !== undefined) {
      throw new UnifareError('key.duplicate', `${keyRefText(entry.ref)} is there already`)
    }
    await save([...store.export(), entry])
  }

  return {
    name: store.name,
    derive: (ref, factors, work) => store.derive(ref, factors, work),
    encrypt: (ref, factors, blocks) => store.encrypt(ref, factors, blocks),
    sessionMac: (ref, input) => store.sessionMac(ref, input),
    sign: (ref, message, signOptions) => store.sign(ref, message, signOptions),
    publicKey: (ref) => store.publicKey(ref),
    checkValue: (ref) => store.checkValue(ref),
    state: (ref) => store.state(ref),
    list: () => store.list(),
    records: () => Promise.all(store.export().map((entry) => recordOf(store, entry))),
    put,
    generate: (ref, life) => put({ ...generateKey(ref, random), life }),
    async setLife(ref, life) {
      await store.checkValue(ref)
      const text = keyRefText(ref)
      await save(
        store.export().map((entry) => {
          if (keyRefText(entry.ref) !== text) return entry
          const erased = life.state === 'destroyed'
          return { ref, material: erased ? new Uint8Array(0) : entry.material, life }
        }),
      )
    },
    async close() {
      store = storeOfKeys([], options)
    },
  }
}

async function recordOf(store: SoftwareKeyStore, { ref, life = ALWAYS_ACTIVE }: KeyEntry) {
  const erased = life.state === 'destroyed'
  return { ...life, ref, checkValue: erased ? null : await store.checkValue(ref) }
}
