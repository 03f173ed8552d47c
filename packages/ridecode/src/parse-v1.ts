import { type Fields, readField } from '@unifare/core'
import { accountOf, printableOf } from './encoding.ts'
import { type CodeReject, reject } from './errors.ts'
import { codeFamily, V1_LENGTH } from './platform.ts'

/** The old two-level form, 226 bytes (reference ridecode 1.7); other places are not certain. */
const V1 = {
  version: [0, 'u8'],
  keyId: [4, 'hex', 4],
  paymentAccount: [10, 'bytes', 16],
  cardAccount: [34, 'bytes', 10],
  userPublicKey: [51, 'bytes', 33],
  authorisationExpiryS: [84, 'u32'],
  validityS: [88, 'u16'],
  generationTimeS: [157, 'u32'],
} as const satisfies Fields

/** What is certain in a two-level code. It carries no certificate: the issuer key has an id. */
export interface RideCodeV1 {
  readonly bytes: Uint8Array
  readonly version: number
  /** Issuer key, 8 hexadecimal digits. */
  readonly keyId: string
  readonly paymentAccount: string
  readonly cardAccount: string
  readonly userPublicKey: Uint8Array
  readonly authorisationExpiryS: number
  readonly validityS: number
  readonly generationTimeS: number
}

/** Reads a two-level code for inspection; it is never accepted for a ride. Never throws. */
export function parseCodeV1(
  bytes: Uint8Array,
): { readonly ok: true; readonly code: RideCodeV1 } | CodeReject {
  if (codeFamily(bytes) !== 't-union-v1') return reject('code.bad-version')
  if (bytes.length !== V1_LENGTH) return reject('code.bad-length')
  const paymentAccount = printableOf(readField(bytes, V1.paymentAccount))
  const cardAccount = accountOf(readField(bytes, V1.cardAccount))
  if (paymentAccount === undefined || cardAccount === undefined) return reject('code.bad-account')
  return {
    ok: true,
    code: {
      bytes,
      version: readField(bytes, V1.version),
      keyId: readField(bytes, V1.keyId),
      paymentAccount,
      cardAccount,
      userPublicKey: readField(bytes, V1.userPublicKey),
      authorisationExpiryS: readField(bytes, V1.authorisationExpiryS),
      validityS: readField(bytes, V1.validityS),
      generationTimeS: readField(bytes, V1.generationTimeS),
    },
  }
}
