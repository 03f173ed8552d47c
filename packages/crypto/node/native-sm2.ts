import { createPublicKey, createVerify, ECDH, type KeyObject } from 'node:crypto'
import { concat, fromHex } from '@unifare/core'
import type { Sm2VerifyInput } from '../src/sm2.ts'
import { isSm2KeyForm, SM2_MAX_ID_BYTES, sm2SignedBytes } from '../src/sm2-curve.ts'
import { derSignature } from './der.ts'
import { createLru } from './lru.ts'

/** SubjectPublicKeyInfo up to the point: id-ecPublicKey on the curve 1.2.156.10197.1.301. */
const SPKI_PREFIX = fromHex('3059301306072A8648CE3D020106082A811CCF5501822D034200')

interface ImportedKey {
  readonly key: KeyObject
  /** Uncompressed, 65 bytes. */
  readonly point: Uint8Array
}

/**
 * SM2 verification by OpenSSL. `crypto.verify` would use an empty id and leaves no choice, so the
 * class `Verify` is fed ZA || message: it hashes that with SM3 and checks the bare digest. The
 * behaviour is not documented; whoever uses this must run the self-test of the engine first.
 *
 * Keys come in as SPKI only: a key object that node:crypto generated itself would do plain ECDSA.
 */
export function createNativeSm2Verify(keyCacheSize: number): (input: Sm2VerifyInput) => boolean {
  const keys = createLru<ImportedKey>(keyCacheSize)
  return ({ publicKey, id, message, signature }) => {
    if (signature.length !== 64 || (id?.length ?? 0) > SM2_MAX_ID_BYTES) return false
    const name = Buffer.from(publicKey).toString('latin1')
    const imported = keys.getOrMake(name, () => importKey(publicKey))
    if (!imported) return false
    return createVerify('sm3')
      .update(sm2SignedBytes(id, imported.point, message))
      .verify(imported.key, derSignature(signature))
  }
}

function importKey(publicKey: Uint8Array): ImportedKey | undefined {
  if (!isSm2KeyForm(publicKey)) return undefined
  try {
    // Throws for a point that is not on the curve.
    const point = fromHex(
      String(ECDH.convertKey(publicKey, 'SM2', undefined, 'hex', 'uncompressed')),
    )
    const spki = Buffer.from(concat(SPKI_PREFIX, point))
    return { key: createPublicKey({ key: spki, format: 'der', type: 'spki' }), point }
  } catch {
    return undefined
  }
}
