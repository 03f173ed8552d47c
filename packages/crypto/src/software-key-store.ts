import { UnifareError } from '@unifare/core'
import { diversifyChain } from './diversify.ts'
import type { SignatureEngine } from './engine.ts'
import { checkValueOf, publicKeyOf, requireEntry, wrongUse } from './key-material.ts'
import { isSymmetric, type KeyRef, keyRefText } from './key-ref.ts'
import type { KeyEntry, KeyStore } from './key-store.ts'
import { p256Sign } from './p256.ts'
import type { RandomBytes } from './random-scalar.ts'
import { SM2_DEFAULT_ID } from './sm2-curve.ts'

/** A key store in memory. Only it can give its keys away, for saving and for ceremonies. */
export interface SoftwareKeyStore extends KeyStore {
  /** Copies of all keys with their secrets, in the order of `list`. */
  export(): KeyEntry[]
}

/** What a software store is made of. `random` gives SM2 nonces. */
export interface SoftwareKeyStoreOptions {
  readonly keys: Iterable<KeyEntry>
  readonly engine: SignatureEngine
  readonly random: RandomBytes
}

/**
 * Key store over keys held in memory. Throws `key.duplicate`, `key.bad-material` or
 * `key.wrong-use` for entries that do not make sense.
 */
export function createSoftwareKeyStore(options: SoftwareKeyStoreOptions): SoftwareKeyStore {
  const entries = index(options.keys)

  const find = (ref: KeyRef): HeldKey => {
    const entry = entries.get(keyRefText(ref))
    if (!entry) throw new UnifareError('key.not-found', `no key ${keyRefText(ref)}`, { ref })
    return entry
  }

  return {
    async derive(ref, factors) {
      const { material } = find(ref)
      if (!isSymmetric(ref.algorithm)) throw wrongUse(ref, 'signs; it derives no card keys')
      return diversifyChain(ref.algorithm, material, factors)
    },
    async sign(ref, message, signOptions = {}) {
      return signWith(options, find(ref), { message, id: signOptions.id })
    },
    async publicKey(ref) {
      const { publicKey } = find(ref)
      if (!publicKey) throw wrongUse(ref, 'has no public key')
      return publicKey.slice()
    },
    async checkValue(ref) {
      return checkValueOf(find(ref))
    },
    list: () => [...entries.values()].map((entry) => entry.ref),
    export: () => [...entries.values()].map(copy),
  }
}

/** An entry with its public key, which an SM2 signature needs every time. */
interface HeldKey extends KeyEntry {
  readonly publicKey: Uint8Array | undefined
}

function index(keys: Iterable<KeyEntry>): ReadonlyMap<string, HeldKey> {
  const entries = new Map<string, HeldKey>()
  for (const entry of keys) {
    requireEntry(entry)
    const publicKey = isSymmetric(entry.ref.algorithm) ? undefined : publicKeyOf(entry)
    const name = keyRefText(entry.ref)
    if (entries.has(name)) throw new UnifareError('key.duplicate', `${name} is given twice`)
    entries.set(name, { ...copy(entry), publicKey })
  }
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function copy({ ref, material }: KeyEntry): KeyEntry {
  return { ref, material: material.slice() }
}

function signWith(
  { engine, random }: SoftwareKeyStoreOptions,
  { ref, material: privateKey, publicKey }: HeldKey,
  { message, id = SM2_DEFAULT_ID }: { message: Uint8Array; id: Uint8Array | null | undefined },
): Uint8Array {
  const { algorithm } = ref
  if (!publicKey || isSymmetric(algorithm)) {
    throw wrongUse(ref, 'derives card keys; it does not sign')
  }
  switch (algorithm) {
    case 'sm2':
      return engine.sm2Sign({ privateKey, publicKey, id, message, random })
    case 'ed25519':
      return engine.ed25519Sign(privateKey, message)
    case 'p256':
      return p256Sign(privateKey, message)
  }
}
