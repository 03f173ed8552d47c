import { UnifareError } from '@unifare/core'
import { tdesEncrypt } from './des.ts'
import { desCbcMac } from './des-mac.ts'
import { diversifyChain } from './diversify.ts'
import type { SignatureEngine } from './engine.ts'
import {
  checkValueOf,
  cipherUnder,
  publicKeyOf,
  requireEntry,
  requireSession,
  wrongUse,
} from './key-material.ts'
import { isSymmetric, type KeyRef, keyRefText } from './key-ref.ts'
import { ALWAYS_ACTIVE, type KeyState, type KeyWork, requireWork } from './key-state.ts'
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
  /** "software, in memory" when not given. */
  readonly name?: string
}

/**
 * Key store over keys held in memory. Throws `key.duplicate`, `key.bad-material` or
 * `key.wrong-use` for entries that do not make sense.
 */
export function createSoftwareKeyStore(options: SoftwareKeyStoreOptions): SoftwareKeyStore {
  const entries = index(options.keys)

  const find = (ref: KeyRef, work: KeyWork | null): HeldKey => {
    const entry = entries.get(keyRefText(ref))
    if (!entry) throw new UnifareError('key.not-found', `no key ${keyRefText(ref)}`, { ref })
    if (work !== null || entry.state === 'destroyed') {
      requireWork(ref, entry.state, work ?? 'verify')
    }
    return entry
  }

  const cardKey = (ref: KeyRef, factors: readonly Uint8Array[], work: KeyWork): Uint8Array => {
    const { material } = find(ref, work)
    if (!isSymmetric(ref.algorithm)) throw wrongUse(ref, 'signs; it derives no card keys')
    return diversifyChain(ref.algorithm, material, factors)
  }

  return {
    name: options.name ?? 'software, in memory',
    async derive(ref, factors, work = 'verify') {
      return cardKey(ref, factors, work)
    },
    async encrypt(ref, factors, blocks) {
      return cipherUnder(ref, cardKey(ref, factors, 'verify'), blocks)
    },
    async sessionMac(ref, { factors, session, message }) {
      const key = cardKey(ref, factors, 'verify')
      requireSession(ref, session)
      return desCbcMac(tdesEncrypt(key, session), message).slice(0, 4)
    },
    async sign(ref, message, signOptions = {}) {
      return signWith(options, find(ref, 'issue'), { message, id: signOptions.id })
    },
    async publicKey(ref) {
      const { publicKey } = find(ref, null)
      if (!publicKey) throw wrongUse(ref, 'has no public key')
      return publicKey.slice()
    },
    async checkValue(ref) {
      return checkValueOf(find(ref, null))
    },
    state: (ref) => entries.get(keyRefText(ref))?.state,
    list: () => [...entries.values()].map((entry) => entry.ref),
    export: () => [...entries.values()].map(copy),
  }
}

/** An entry with its public key, which an SM2 signature needs every time. */
interface HeldKey extends KeyEntry {
  readonly state: KeyState
  readonly publicKey: Uint8Array | undefined
}

function index(keys: Iterable<KeyEntry>): ReadonlyMap<string, HeldKey> {
  const entries = new Map<string, HeldKey>()
  for (const entry of keys) {
    requireEntry(entry)
    const { ref, life = ALWAYS_ACTIVE } = entry
    const { state } = life
    const silent = isSymmetric(ref.algorithm) || state === 'destroyed'
    const name = keyRefText(ref)
    if (entries.has(name)) throw new UnifareError('key.duplicate', `${name} is given twice`)
    entries.set(name, {
      ...copy(entry),
      state,
      publicKey: silent ? undefined : publicKeyOf(entry),
    })
  }
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function copy({ ref, material, life }: KeyEntry): KeyEntry {
  return { ref, material: material.slice(), ...(life && { life }) }
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
