import { execFileSync } from 'node:child_process'
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { concat, fromHex } from '@unifare/core'
import { type KeyPair, sm2Decompress } from '../src/sm2.ts'

/** Keys and signatures in the forms that OpenSSL reads and writes; for tests only. */

const SPKI_PREFIX = fromHex('3059301306072A8648CE3D020106082A811CCF5501822D034200')
const PKCS8_PREFIX = fromHex(
  '308187020100301306072A8648CE3D020106082A811CCF5501822D046D306B0201010420',
)

/** A true SM2 private key: imported ones are, generated ones are not. */
export function sm2PrivateKeyObject({ privateKey, publicKey }: KeyPair): KeyObject {
  const point = sm2Decompress(publicKey)
  const der = Buffer.from(concat(PKCS8_PREFIX, privateKey, fromHex('A144034200'), point))
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
}

export function sm2PublicKeyObject({ publicKey }: { publicKey: Uint8Array }): KeyObject {
  const der = Buffer.from(concat(SPKI_PREFIX, sm2Decompress(publicKey)))
  return createPublicKey({ key: der, format: 'der', type: 'spki' })
}

/** r || s, 64 bytes, of a DER signature. */
export function rawSignature(der: Uint8Array): Uint8Array {
  const raw = new Uint8Array(64)
  const rLength = der[3] ?? 0
  const sLength = der[5 + rLength] ?? 0
  place(raw, 32, der.subarray(4, 4 + rLength))
  place(raw, 64, der.subarray(6 + rLength, 6 + rLength + sLength))
  return raw
}

/** Runs the `openssl` command and returns its standard output; throws when it fails. */
export function openssl(...args: readonly string[]): Buffer {
  return execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] })
}

function place(out: Uint8Array, end: number, integer: Uint8Array): void {
  const digits = integer[0] === 0 ? integer.subarray(1) : integer
  out.set(digits, end - digits.length)
}
