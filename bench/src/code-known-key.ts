import { createPublicKey, createVerify } from 'node:crypto'
import { concat, fromHex } from '@unifare/core'
import { type SignatureEngine, SM2_DEFAULT_ID, sm2Decompress, sm2Za } from '@unifare/crypto'
import { nodeEngine } from '@unifare/crypto/node'
import type { CodeNetwork, IssuedSignature } from './code-network.ts'

/** A way to verify the issuer's signatures; true for a good one. */
export interface KnownKeyForm {
  readonly name: string
  readonly verify: (issued: IssuedSignature) => boolean
}

/** SubjectPublicKeyInfo of an SM2 key up to its point. */
const SPKI_PREFIX = fromHex('3059301306072A8648CE3D020106082A811CCF5501822D034200')

/** The engine's own way and what is left when key object and ZA are kept ready. */
export function nativeKnownKeyForms({ issuerPublicKey }: CodeNetwork): KnownKeyForm[] {
  const point = sm2Decompress(issuerPublicKey)
  const za = sm2Za(SM2_DEFAULT_ID, point)
  const spki = Buffer.from(concat(SPKI_PREFIX, point))
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
  return [
    { name: 'nodeEngine', verify: engineForm(nodeEngine(), issuerPublicKey) },
    {
      name: 'createVerify, key object and ZA kept',
      verify: ({ message, signature }) =>
        createVerify('sm3').update(za).update(message).verify(key, toDer(signature)),
    },
  ]
}

/** The issuer's signatures by an engine, which is told that the key is a frequent one. */
export function engineForm(engine: SignatureEngine, publicKey: Uint8Array) {
  return ({ message, signature }: IssuedSignature): boolean =>
    engine.sm2Verify({ publicKey, id: SM2_DEFAULT_ID, message, signature, isFrequentKey: true })
}

/** SEQUENCE of two INTEGERs, each as short as it may be. */
function toDer(signature: Uint8Array): Uint8Array {
  const numbers = [signature.subarray(0, 32), signature.subarray(32)].map((bytes) => {
    let from = 0
    while (from < 31 && bytes[from] === 0) from++
    const value = bytes.subarray(from)
    const sign = (value[0] ?? 0) >= 0x80 ? Uint8Array.of(0) : new Uint8Array(0)
    return concat(Uint8Array.of(2, sign.length + value.length), sign, value)
  })
  const body = concat(...numbers)
  return concat(Uint8Array.of(0x30, body.length), body)
}
