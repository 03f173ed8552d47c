import { readField } from '@unifare/core'
import { SM2_DEFAULT_ID } from '@unifare/crypto'
import { CERTIFICATE, CODE } from './layout.ts'

/** The three signatures of a code. */
export type SignatureLevel = 'certificate' | 'issuer' | 'user'

type BytesField = readonly [offset: number, type: 'bytes', length: number]

/** The SM2 id of a level: the default one, none at all, or bytes of what is signed. */
type IdRule = 'default' | 'none' | BytesField

/**
 * Which SM2 id signers use (reference ridecode 1.5). It belongs to the issuer, not to the version
 * byte, and stands beside its keys; a verifier never tries them in turn. Places are within the
 * certificate for its signature, within the whole code for the other two.
 */
const ID_POLICIES = {
  default: { certificate: 'default', issuer: 'default', user: 'default' },
  // Service id and root index; issuer and platform; card account.
  shanghai: {
    certificate: [CERTIFICATE.serviceId[0], 'bytes', 5],
    issuer: [CODE.issuer[0], 'bytes', 8],
    user: CODE.cardAccount,
  },
  // Plain SM3 of the message, without ZA.
  none: { certificate: 'none', issuer: 'none', user: 'none' },
} as const satisfies Record<string, Readonly<Record<SignatureLevel, IdRule>>>

export type IdPolicy = keyof typeof ID_POLICIES

/** Whether a text names a policy. */
export function isIdPolicy(text: unknown): text is IdPolicy {
  return typeof text === 'string' && Object.hasOwn(ID_POLICIES, text)
}

/** The id under which a level is signed; null means no ZA. `bytes`: certificate, or whole code. */
export function signerId(
  policy: IdPolicy,
  level: SignatureLevel,
  bytes: Uint8Array,
): Uint8Array | null {
  const rule: IdRule = ID_POLICIES[policy][level]
  if (rule === 'default') return SM2_DEFAULT_ID
  return rule === 'none' ? null : readField(bytes, rule)
}
