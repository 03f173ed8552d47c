import { type KeyRef, keyRefText } from '../../src/key-ref.ts'
import type { KeyEntry } from '../../src/key-store.ts'
import { p256Point } from '../../src/p256.ts'
import { CKM, CKO, P256_OID } from './constants.ts'
import { createObject, destroyObject, findObjects, type Session } from './objects.ts'
import { MASTER, mechanismOf, SIGNER, templateOf, ulong } from './templates.ts'

/** DER tag around an EC point. */
const OCTET_STRING = 0x04

/**
 * Puts a 3DES master or a P-256 key pair into a token; its secret can never be read again. The
 * copy given is wiped.
 */
export function importKey(session: Session, { ref, material }: KeyEntry): void {
  const label = keyRefText(ref)
  try {
    if (ref.algorithm === '3des') {
      createObject(session, { ...MASTER, label, value: material })
      return
    }
    const point = p256Point(material)
    const ecPoint = Uint8Array.of(OCTET_STRING, point.length, ...point)
    createObject(session, { ...SIGNER.private, label, ecParams: P256_OID, value: material })
    createObject(session, { ...SIGNER.public, label, ecPoint })
  } finally {
    material.fill(0)
  }
}

/** Makes a key inside the token, from its own randomness. */
export function generateInside({ cryptoki, handle }: Session, ref: KeyRef): void {
  const label = keyRefText(ref)
  if (ref.algorithm === '3des') {
    const template = templateOf({ ...MASTER, label })
    const mechanism = mechanismOf(CKM.des2KeyGen)
    cryptoki.call('C_GenerateKey', [handle, mechanism, template, template.count, ulong()])
    return
  }
  const [shown, secret] = [
    templateOf({ ...SIGNER.public, label }),
    templateOf({ ...SIGNER.private, label }),
  ]
  cryptoki.call('C_GenerateKeyPair', [
    handle,
    mechanismOf(CKM.ecKeyPairGen),
    shown,
    shown.count,
    secret,
    secret.count,
    ulong(),
    ulong(),
  ])
}

/** Erases the objects of a key; its note stays. */
export function eraseKey(session: Session, ref: KeyRef): void {
  const label = keyRefText(ref)
  for (const kind of [CKO.secretKey, CKO.privateKey, CKO.publicKey]) {
    for (const object of findObjects(session, { class: kind, label })) {
      destroyObject(session, object)
    }
  }
}
