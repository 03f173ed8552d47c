import type { Instant } from '@unifare/core'
import {
  encodeCustomField,
  issueCredential,
  makeCertificate,
  makeCode,
  type SchemeToken,
} from '@unifare/ridecode'
import { LOCAL } from './operator.fixture.ts'

/** The bytes of a code whose issuer says in its field which schemes the rider joined. */
export async function joinedCode(
  account: string,
  schemes: readonly SchemeToken[],
  at: Instant,
): Promise<Uint8Array> {
  const sign = () => new Uint8Array(64).fill(1)
  const key = Uint8Array.of(2, ...new Uint8Array(32).fill(7))
  const certificate = await makeCertificate({
    issuer: LOCAL,
    caIndex: 0xf0,
    expiry: '1228',
    serial: 1,
    issuerPublicKey: key,
    sign,
  })
  const generationTimeS = Math.floor(at / 1000)
  const credential = await issueCredential({
    certificate,
    paymentAccount: account.slice(-16),
    cardAccount: account,
    issuer: LOCAL,
    platform: LOCAL,
    accountType: 0,
    capFen: 3_000,
    userPublicKey: key,
    authorisationExpiryS: generationTimeS + 3_600,
    validityS: 120,
    custom: encodeCustomField({ companions: 0, riskClass: 'standard', schemes }),
    sign,
  })
  return makeCode({ credential, generationTimeS, sign })
}
