import type { KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { UnifareError } from '@unifare/core'

/** Opens a key in PEM; throws `fare.bad-key`, also where its passphrase is missing or another. */
export async function readPem(file: string, open: (pem: string) => KeyObject): Promise<KeyObject> {
  const pem = await readFile(file, 'utf8')
  try {
    return open(pem)
  } catch {
    const isEncrypted = /ENCRYPTED/.test(pem)
    const what = isEncrypted
      ? 'is encrypted, and UNIFARE_PASSPHRASE is not its passphrase'
      : 'holds no key in PEM'
    throw new UnifareError('fare.bad-key', `${file} ${what}`)
  }
}

/** The 32 bytes of an Ed25519 public key; throws `fare.bad-key` for a key of another kind. */
export function rawPublicKey(key: KeyObject, file: string): Uint8Array {
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new UnifareError('fare.bad-key', `${file} holds no Ed25519 key`)
  }
  return new Uint8Array(Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url'))
}
