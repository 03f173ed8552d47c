import { createPublicKey, createSign, createVerify, generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  type ForeignCurve,
  foreignEcdsaSign,
  foreignEcdsaVerify,
  foreignPublicKey,
} from './foreign-ecdsa.ts'

const CURVES: readonly ForeignCurve[] = ['secp224r1', 'secp256k1', 'secp192k1']
const message = new TextEncoder().encode('body of a code')

describe.each(CURVES)('%s with SHA-1', (curve) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve })
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const point = (() => {
    const at = spki.lastIndexOf(0x04, spki.length - 2 * sizeOf(curve) - 1)
    return new Uint8Array(spki.subarray(at))
  })()

  test('takes what OpenSSL signed, in both forms, and nothing that was changed', () => {
    for (const form of ['der', 'compact'] as const) {
      const signature = new Uint8Array(
        createSign('sha1')
          .update(message)
          .sign({ key: privateKey, dsaEncoding: form === 'der' ? 'der' : 'ieee-p1363' }),
      )
      const input = { curve, publicKey: point, message, signature, form }
      expect(foreignEcdsaVerify(input)).toBe(true)
      expect(foreignEcdsaVerify({ ...input, message: message.slice(1) })).toBe(false)
      expect(foreignEcdsaVerify({ ...input, signature: signature.map((b) => b ^ 1) })).toBe(false)
      expect(foreignEcdsaVerify({ ...input, publicKey: point.slice(1) })).toBe(false)
    }
  })

  test('signs what OpenSSL takes', () => {
    const secret = new Uint8Array(sizeOf(curve)).fill(7)
    const compressed = foreignPublicKey(curve, secret)
    const head = spki.subarray(0, spki.length - point.length)
    const short = Buffer.from(head)
    // Two lengths and the bit string's length shrink with the compressed point.
    const shrink = point.length - compressed.length
    short[1] = short[1]! - shrink
    short[short.length - 2] = short[short.length - 2]! - shrink
    const key = createPublicKey({
      key: Buffer.concat([short, compressed]),
      format: 'der',
      type: 'spki',
    })
    const signature = foreignEcdsaSign({ curve, privateKey: secret, message, form: 'der' })
    expect(createVerify('sha1').update(message).verify(key, signature)).toBe(true)
  })
})

function sizeOf(curve: ForeignCurve): number {
  return { secp224r1: 28, secp256k1: 32, secp192k1: 24 }[curve]
}
