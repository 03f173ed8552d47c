import { type Field, readField, toHex } from '@unifare/core'
import { type Certificate, readCertificate } from './certificate.ts'
import { accountOf, printableOf } from './encoding.ts'
import { type CodeReject, type CodeRejectCode, reject } from './errors.ts'
import {
  CODE,
  CODE_LENGTH_MIN,
  CUSTOM_LENGTH_MAX,
  CUSTOM_OFFSET,
  SIGNATURE_TAG,
  TAIL,
} from './layout.ts'
import { codeFamily } from './platform.ts'
import type { Authorisation, RideCode } from './ride-code.ts'

/** Fields 3 to 14 as read. */
export type AuthorisationFields = Omit<Authorisation, 'version'> & {
  readonly certificate: Certificate
}

/**
 * Reads a ride code by fixed offsets, without copying: later changes of `bytes` change the code.
 * Verifies nothing. Never throws: what cannot be read is refused with its code.
 */
export function parseCode(
  bytes: Uint8Array,
): { readonly ok: true; readonly code: RideCode } | CodeReject {
  const bad = shapeFault(bytes)
  if (bad) return bad
  const tail = bytes.length - CODE_LENGTH_MIN + CUSTOM_OFFSET
  const tagged = [TAIL.issuerTag, TAIL.userTag].every((tag) => hasTag(bytes, tag, tail))
  if (!tagged) return reject('code.bad-signature-form')
  const fields = readAuthorisation(bytes)
  if (typeof fields === 'string') return reject(fields)
  return {
    ok: true,
    code: {
      bytes,
      version: readField(bytes, CODE.version),
      ...fields,
      issuerSignature: readField(bytes, TAIL.issuerSignature, tail),
      generationTimeS: readField(bytes, TAIL.generationTimeS, tail),
      userSignature: readField(bytes, TAIL.userSignature, tail),
    },
  }
}

/** Reads fields 3 to 14 of a code or credential whose length fits; else why not. */
export function readAuthorisation(bytes: Uint8Array): AuthorisationFields | CodeRejectCode {
  const certificate = readCertificate(readField(bytes, CODE.certificate))
  if (!certificate) return 'code.bad-certificate'
  const paymentAccount = printableOf(readField(bytes, CODE.paymentAccount))
  const cardAccount = accountOf(readField(bytes, CODE.cardAccount))
  if (paymentAccount === undefined || cardAccount === undefined) return 'code.bad-account'
  return {
    certificate,
    paymentAccount,
    cardAccount,
    issuer: toHex(readField(bytes, CODE.issuer)),
    platform: toHex(readField(bytes, CODE.platform)),
    accountType: readField(bytes, CODE.accountType),
    capFen: readField(bytes, CODE.capFen),
    userPublicKey: readField(bytes, CODE.userPublicKey),
    authorisationExpiryS: readField(bytes, CODE.authorisationExpiryS),
    validityS: readField(bytes, CODE.validityS),
    custom: readField(bytes, [CUSTOM_OFFSET, 'bytes', readField(bytes, CODE.customLength)]),
  }
}

/** Whether the tag of a signature stands at its place. */
export function hasTag(bytes: Uint8Array, tag: Field, tail: number): boolean {
  return readField(bytes, tag, tail) === SIGNATURE_TAG
}

/** Family, length, length field and custom length: what must fit before a field can be read. */
function shapeFault(bytes: Uint8Array): CodeReject | undefined {
  if (bytes.length === 0) return reject('code.bad-length')
  const family = codeFamily(bytes)
  if (family === 'unknown') return reject('code.bad-version')
  if (family === 't-union-v1') return reject('code.two-level')
  if (family !== 't-union') return { ...reject('code.foreign'), platform: family }
  const customLength = bytes.length - CODE_LENGTH_MIN
  if (customLength < 0 || customLength > CUSTOM_LENGTH_MAX) return reject('code.bad-length')
  if (readField(bytes, CODE.dataLength) !== bytes.length - 3) return reject('code.bad-length-field')
  if (readField(bytes, CODE.customLength) !== customLength) return reject('code.bad-custom')
  return undefined
}
