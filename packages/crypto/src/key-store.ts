import type { KeyRef } from './key-ref.ts'

/**
 * Where keys live. Masters and private keys never leave it: it derives card keys, signs, and
 * shows public keys and check values. Software, a PKCS#11 token or an HSM can stand behind it.
 *
 * Every method refuses with `key.not-found` a key that is not there, and with `key.wrong-use` a
 * request that the key is not for: only symmetric keys derive, only signing keys sign.
 */
export interface KeyStore {
  /**
   * Card-level key, 16 bytes, of a master through one or more 8-byte factors in order (reference
   * card 5.2); the first levels alone give the issuer-level key that a key service holds. Throws `key.bad-factor` without a factor or for one of another length.
   */
  derive(ref: KeyRef, factors: readonly Uint8Array[]): Promise<Uint8Array>
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
  /** References of all keys, in the order of `keyRefText`. */
  list(): readonly KeyRef[]
}

/** A key with its secret: 16 bytes for a cipher, a private key of 32 bytes for signatures. */
export interface KeyEntry {
  readonly ref: KeyRef
  readonly material: Uint8Array
}
