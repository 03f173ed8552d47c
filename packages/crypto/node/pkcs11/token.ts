import { UnifareError } from '@unifare/core'
import { requireBlocks, requireSession, wrongUse } from '../../src/key-material.ts'
import type { KeyRef, KeyScheme } from '../../src/key-ref.ts'
import type { KeyWork } from '../../src/key-state.ts'
import type { SessionMacInput } from '../../src/key-store.ts'
import type { Cryptoki } from './cryptoki.ts'
import { createTokenKeys, type UsableKey } from './token-keys.ts'
import { readPublicKey } from './token-objects.ts'
import { libraryName, openSession, type TokenLogin } from './token-session.ts'
import {
  type Chain,
  ecdsaSign,
  ecdsaVerify,
  encryptUnder,
  giveCardKey,
  sessionMacUnder,
} from './token-work.ts'

/** A token to open: one for each key system, with its own PIN and officers. */
export interface TokenOptions extends TokenLogin {
  /** Key systems whose keys this token may hold. */
  readonly schemes: readonly KeyScheme[]
}

/** A token as it works in the thread of its library: every method blocks. */
export type Token = ReturnType<typeof openToken>

/** Opens a token. Throws `key.hsm-no-token`, `key.hsm-wrong-pin` or `key.hsm-pin-locked`. */
export function openToken(cryptoki: Cryptoki, options: TokenOptions) {
  const session = openSession(cryptoki, options)
  const { find, ...management } = createTokenKeys(session, options.schemes)

  const chainOf = (ref: KeyRef, factors: readonly Uint8Array[], work: KeyWork): Chain => {
    const { handle } = find(ref, work)
    if (ref.algorithm !== '3des') throw wrongUse(ref, 'signs; it derives no card keys')
    return { master: handle, factors }
  }
  const signer = (ref: KeyRef, work: KeyWork | null): UsableKey => {
    const key = find(ref, work)
    if (ref.algorithm !== 'p256') throw wrongUse(ref, 'derives card keys; it does not sign')
    return key
  }
  const publicHandle = (ref: KeyRef): number => {
    const { publicHandle: handle } = signer(ref, null)
    if (handle === undefined) throw new UnifareError('key.not-found', 'its public key is missing')
    return handle
  }

  return {
    ...management,
    name: `PKCS#11 ${libraryName(cryptoki)}, token ${options.label}`,
    derive: (ref: KeyRef, factors: readonly Uint8Array[], work: KeyWork): Uint8Array =>
      giveCardKey(session, chainOf(ref, factors, work)),
    encrypt(ref: KeyRef, factors: readonly Uint8Array[], blocks: Uint8Array): Uint8Array {
      const chain = chainOf(ref, factors, 'verify')
      requireBlocks(ref, blocks)
      return encryptUnder(session, chain, blocks)
    },
    sessionMac(ref: KeyRef, input: SessionMacInput): Uint8Array {
      const chain = chainOf(ref, input.factors, 'verify')
      requireSession(ref, input.session)
      return sessionMacUnder(session, chain, input)
    },
    sign: (ref: KeyRef, message: Uint8Array): Uint8Array =>
      ecdsaSign(session, signer(ref, 'issue').handle, message),
    verify: (ref: KeyRef, message: Uint8Array, signature: Uint8Array): boolean =>
      ecdsaVerify(session, publicHandle(ref), { message, signature }),
    publicKey: (ref: KeyRef): Uint8Array => readPublicKey(session, publicHandle(ref)),
  }
}
