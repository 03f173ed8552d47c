import { concat, fromUtf8, UnifareError, utf8 } from '@unifare/core'

const IV_BYTES = 12

/** Encrypts what a page keeps. */
export interface Sealer {
  seal(name: string, value: unknown): Promise<Uint8Array>
  /** Throws `page.sealed-elsewhere` for what another key, or another name, sealed. */
  open(name: string, sealed: Uint8Array): Promise<unknown>
}

/** A key that the browser uses for this page and never hands out, not even to the page. */
export function newSealingKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

/** Seals JSON values under a key; the name of a value is sealed with it. */
export function createSealer(key: CryptoKey): Sealer {
  const algorithm = (name: string, iv: Uint8Array<ArrayBuffer>) => ({
    name: 'AES-GCM',
    iv,
    additionalData: new Uint8Array(utf8(name)),
  })
  return {
    async seal(name, value) {
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
      const plain = new Uint8Array(utf8(JSON.stringify(value)))
      const sealed = await crypto.subtle.encrypt(algorithm(name, iv), key, plain)
      return concat(iv, new Uint8Array(sealed))
    },
    async open(name, sealed) {
      const iv = new Uint8Array(sealed.subarray(0, IV_BYTES))
      const rest = new Uint8Array(sealed.subarray(IV_BYTES))
      const plain = await crypto.subtle.decrypt(algorithm(name, iv), key, rest).catch(() => {
        throw new UnifareError('page.sealed-elsewhere', `${name} was sealed by another key`)
      })
      return JSON.parse(fromUtf8(new Uint8Array(plain)))
    },
  }
}
