import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { concat, fromHex, toHex, UnifareError } from '@unifare/core'
import { isEd25519PublicKey } from '../src/ed25519.ts'
import type { SignatureEngine } from '../src/engine.ts'
import { createLru } from './lru.ts'
import { nativeHashes } from './native-hashes.ts'

const SPKI_PREFIX = fromHex('302A300506032B6570032100')
const PKCS8_PREFIX = fromHex('302E020100300506032B657004220420')

/** Private keys are few; their cache is small and is keyed by a hash. */
const PRIVATE_KEYS = 16

/** Ed25519 by OpenSSL, with imported keys kept; verdicts are those of the pure engine. */
export function createNativeEd25519(
  keyCacheSize: number,
): Pick<SignatureEngine, 'ed25519Sign' | 'ed25519Verify'> {
  const publicKeys = createLru<KeyObject>(keyCacheSize)
  const privateKeys = createLru<KeyObject>(PRIVATE_KEYS)

  function publicKeyOf(publicKey: Uint8Array, signature: Uint8Array): KeyObject | undefined {
    if (publicKey.length !== 32 || signature.length !== 64) return undefined
    const name = Buffer.from(publicKey).toString('latin1')
    return publicKeys.getOrMake(name, () => importPublic(publicKey))
  }

  function privateKeyOf(privateKey: Uint8Array): KeyObject {
    if (privateKey.length !== 32) {
      throw new UnifareError('key.bad-material', 'an Ed25519 private key has 32 bytes')
    }
    const name = toHex(nativeHashes.sha256(privateKey))
    const key = privateKeys.getOrMake(name, () => importPrivate(privateKey))
    if (!key) throw new UnifareError('key.bad-material', 'the Ed25519 private key is not usable')
    return key
  }

  return {
    ed25519Verify(publicKey, message, signature) {
      const key = publicKeyOf(publicKey, signature)
      return key !== undefined && verify(null, message, key, signature)
    },
    ed25519Sign: (privateKey, message) =>
      Uint8Array.from(sign(null, message, privateKeyOf(privateKey))),
  }
}

/** OpenSSL takes keys of small order and odd encodings; the house does not. */
function importPublic(publicKey: Uint8Array): KeyObject | undefined {
  if (!isEd25519PublicKey(publicKey)) return undefined
  const spki = Buffer.from(concat(SPKI_PREFIX, publicKey))
  return createPublicKey({ key: spki, format: 'der', type: 'spki' })
}

function importPrivate(privateKey: Uint8Array): KeyObject {
  const pkcs8 = Buffer.from(concat(PKCS8_PREFIX, privateKey))
  return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
}
