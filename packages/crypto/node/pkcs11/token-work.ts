import { UnifareError } from '@unifare/core'
import { factorBlock, requireFactors } from '../../src/diversify.ts'
import { sha256 } from '../../src/sha256.ts'
import { CKM, CKR } from './constants.ts'
import { destroyObject, readAttribute, type Session } from './objects.ts'
import { resultError } from './results.ts'
import {
  type Attributes,
  DERIVED,
  derivationOf,
  mechanismOf,
  readUlong,
  type Structure,
  templateOf,
  ulong,
} from './templates.ts'

const DES_BLOCK = 8
const SIGNATURE_BYTES = 64

/** A master of a token and the factors that lead from it to a card. */
export interface Chain {
  readonly master: number
  readonly factors: readonly Uint8Array[]
}

/** Key of a card or issuer, 16 bytes with odd parity: the one kind of key that leaves. */
export function giveCardKey(session: Session, chain: Chain): Uint8Array {
  return withDerived(session, { chain, last: DERIVED.given }, (key) =>
    readAttribute(session, key, 'value'),
  )
}

/** 3DES, ECB, of whole blocks under a card key. */
export function encryptUnder(session: Session, chain: Chain, blocks: Uint8Array): Uint8Array {
  return withDerived(session, { chain, last: DERIVED.cipher }, (key) =>
    encipher(session, { key, mechanism: mechanismOf(CKM.des3Ecb), data: blocks }),
  )
}

/**
 * Purse MAC under a session key. SoftHSM has no single DES: the session key is derived twice in a
 * row, as K || K, under which triple DES is single DES.
 */
export function sessionMacUnder(
  session: Session,
  chain: Chain,
  input: { readonly session: Uint8Array; readonly message: Uint8Array },
): Uint8Array {
  const twice = Uint8Array.of(...input.session, ...input.session)
  return withDerived(session, { chain, last: DERIVED.level }, (card) => {
    const key = deriveKey(session, { base: card, data: twice, template: DERIVED.cipher })
    try {
      const mechanism = mechanismOf(CKM.des3Cbc, new Uint8Array(DES_BLOCK))
      const out = encipher(session, { key, mechanism, data: padded(input.message) })
      return out.slice(-DES_BLOCK, -DES_BLOCK + 4)
    } finally {
      destroyObject(session, key)
    }
  })
}

/** ECDSA over the SHA-256 of a message; r || s, 64 bytes. */
export function ecdsaSign(session: Session, key: number, message: Uint8Array): Uint8Array {
  const { cryptoki, handle } = session
  const digest = sha256(message)
  const [signature, length] = [new Uint8Array(SIGNATURE_BYTES), ulong(SIGNATURE_BYTES)]
  cryptoki.call('C_SignInit', [handle, mechanismOf(CKM.ecdsa), key])
  cryptoki.call('C_Sign', [handle, digest, digest.length, signature, length])
  return signature
}

/** Whether a signature is good, as the token sees it. */
export function ecdsaVerify(
  session: Session,
  key: number,
  signed: { readonly message: Uint8Array; readonly signature: Uint8Array },
): boolean {
  const { cryptoki, handle } = session
  const { signature } = signed
  if (signature.length !== SIGNATURE_BYTES) return false
  const digest = sha256(signed.message)
  cryptoki.call('C_VerifyInit', [handle, mechanismOf(CKM.ecdsa), key])
  const result = cryptoki.result('C_Verify', [
    handle,
    digest,
    digest.length,
    signature,
    signature.length,
  ])
  if (result === CKR.ok) return true
  if (result === CKR.signatureInvalid || result === CKR.signatureLenRange) return false
  throw resultError('C_Verify', result)
}

/** Runs with the key at the end of a chain; every key on the way is gone afterwards. */
function withDerived<Result>(
  session: Session,
  { chain, last }: { readonly chain: Chain; readonly last: Attributes },
  use: (key: number) => Result,
): Result {
  requireFactors(chain.factors)
  const made: number[] = []
  try {
    chain.factors.forEach((factor, at) => {
      const base = made.at(-1) ?? chain.master
      const template = at === chain.factors.length - 1 ? last : DERIVED.level
      made.push(deriveKey(session, { base, data: factorBlock(factor), template }))
    })
    const key = made.at(-1)
    if (key === undefined) throw new UnifareError('key.bad-factor', 'no factor was given')
    return use(key)
  } finally {
    for (const key of made) destroyObject(session, key)
  }
}

function deriveKey(
  { cryptoki, handle }: Session,
  options: { readonly base: number; readonly data: Uint8Array; readonly template: Attributes },
): number {
  const template = templateOf(options.template)
  const mechanism = derivationOf(CKM.des3EcbEncryptData, options.data)
  const key = ulong()
  cryptoki.call('C_DeriveKey', [handle, mechanism, options.base, template, template.count, key])
  return readUlong(key)
}

function encipher(
  { cryptoki, handle }: Session,
  options: { readonly key: number; readonly mechanism: Structure; readonly data: Uint8Array },
): Uint8Array {
  const { data } = options
  const [out, length] = [new Uint8Array(data.length), ulong(data.length)]
  cryptoki.call('C_EncryptInit', [handle, options.mechanism, options.key])
  cryptoki.call('C_Encrypt', [handle, data, data.length, out, length])
  return out
}

/** 80 00 .. behind the message always, as the purse pads (reference card 5.4). */
function padded(message: Uint8Array): Uint8Array {
  const out = new Uint8Array(message.length + DES_BLOCK - (message.length % DES_BLOCK))
  out.set(message)
  out[message.length] = 0x80
  return out
}
