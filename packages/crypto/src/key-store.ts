import type { KeyRef } from './key-ref.ts'
import type { KeyLife, KeyState, KeyWork } from './key-state.ts'

/**
 * Where keys live. Masters and private keys never leave it: it derives card keys, enciphers and
 * authenticates under them, signs, and shows public keys and check values. Software, a PKCS#11
 * token or an HSM can stand behind it.
 *
 * Every method refuses with `key.not-found` a key that is not there, with `key.wrong-use` a
 * request that the key is not for (only symmetric keys derive, only signing keys sign), and with
 * `key.not-active`, `key.verify-only` or `key.destroyed` what the state of the key forbids.
 */
export interface KeyStore extends KeyDeriver {
  /** What this store is, for benchmarks and minutes: "software, in memory". */
  readonly name: string
  /**
   * 3DES or SM4, ECB, of whole blocks under the card key of these factors. The card key never
   * leaves the store.
   */
  encrypt(ref: KeyRef, factors: readonly Uint8Array[], blocks: Uint8Array): Promise<Uint8Array>
  /** Purse MAC under a session key, inside the store: see `SessionMacInput`. 3DES only. */
  sessionMac(ref: KeyRef, input: SessionMacInput): Promise<Uint8Array>
  /**
   * Signature of 64 bytes over the message. `id` is for SM2 only: the default id when not given,
   * no ZA when null.
   */
  sign(
    ref: KeyRef,
    message: Uint8Array,
    options?: { readonly id?: Uint8Array | null },
  ): Promise<Uint8Array>
  /** Public key: 33 bytes compressed for SM2 and P-256, 32 bytes for Ed25519. */
  publicKey(ref: KeyRef): Promise<Uint8Array>
  /** 3 bytes: of the cipher of a zero block, or of the SHA-256 of the public key. */
  checkValue(ref: KeyRef): Promise<Uint8Array>
  /** State of a key; undefined when the store does not know it. */
  state(ref: KeyRef): KeyState | undefined
  /** References of all keys, in the order of `keyRefText`. */
  list(): readonly KeyRef[]
}

/** The part of a store that hands out keys of single cards. */
export interface KeyDeriver {
  /**
   * Card-level key, 16 bytes, of a master through one or more 8-byte factors in order (reference
   * card 5.2); the first levels alone give the issuer-level key that a key service holds. Hardware
   * gives DES keys with odd parity: compare them by what they encipher, never by value. `work` is
   * `issue` for the keys of a new card, `verify` when not given. Throws `key.bad-factor` without a
   * factor or for one of another length.
   */
  derive(ref: KeyRef, factors: readonly Uint8Array[], work?: KeyWork): Promise<Uint8Array>
}

/** MAC1 or MAC2 of a purse without its keys: 4 bytes of single-DES CBC (reference card 5.3, 5.4). */
export interface SessionMacInput {
  readonly factors: readonly Uint8Array[]
  /** 8 bytes that make the session key: random, counter and terminal serial, for example. */
  readonly session: Uint8Array
  readonly message: Uint8Array
}

/** A key with its secret: 16 bytes for a cipher, a private key of 32 bytes for signatures. */
export interface KeyEntry {
  readonly ref: KeyRef
  /** Empty once the key is destroyed. */
  readonly material: Uint8Array
  /** Active for ever when not given. */
  readonly life?: KeyLife
}

/** What is told about a key: everything but the key. */
export interface KeyRecord extends KeyLife {
  readonly ref: KeyRef
  /** 3 bytes; null once the key is destroyed. */
  readonly checkValue: Uint8Array | null
}

/** A key store that key officers may change. */
export interface KeyVault extends KeyStore {
  records(): Promise<KeyRecord[]>
  /** Takes a key in; it is kept as a copy. Throws `key.duplicate` for a reference known already. */
  put(entry: KeyEntry & { readonly life: KeyLife }): Promise<void>
  /** Makes a new random key inside. */
  generate(ref: KeyRef, life: KeyLife): Promise<void>
  /** Keeps the next state of a key; `destroyed` erases the key itself for ever. */
  setLife(ref: KeyRef, life: KeyLife): Promise<void>
  /** Ends the work with the store; nothing may be asked of it afterwards. */
  close(): Promise<void>
}
