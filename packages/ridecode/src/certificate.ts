import { readField, toHex, writeFields } from '@unifare/core'
import { isCompressed, packDigits } from './encoding.ts'
import { codeFault } from './errors.ts'
import { type IdPolicy, signerId } from './id-policy.ts'
import {
  ALGORITHM_SM2,
  BAD_FIELD,
  CERTIFICATE,
  CERTIFICATE_FORMAT,
  CERTIFICATE_HEADER,
  CERTIFICATE_LENGTH,
  CERTIFICATE_SIGNED,
  SERVICE_ID,
} from './layout.ts'
import { type Month, monthOfMmyy, packMmyy } from './month.ts'
import type { IssuerSign } from './sign.ts'

/** An issuer certificate as read; nothing of it is verified yet. */
export interface Certificate {
  /** The 117 bytes; byte fields are views into them. */
  readonly bytes: Uint8Array
  /** Service, 8 hexadecimal digits. */
  readonly serviceId: string
  /** Which root signed it. */
  readonly caIndex: number
  /** Institution, 8 digits. */
  readonly issuer: string
  /** It is valid to the end of this month in China. */
  readonly lastMonth: Month
  readonly serial: number
  /** Compressed SM2 key of the issuer, 33 bytes. */
  readonly publicKey: Uint8Array
  /** Signature r || s of the root. */
  readonly signature: Uint8Array
}

/** Reads a certificate (reference ridecode 1.2); undefined when it has not the known form. */
export function readCertificate(bytes: Uint8Array): Certificate | undefined {
  const lastMonth = monthOfMmyy(readField(bytes, CERTIFICATE.expiry))
  const publicKey = readField(bytes, CERTIFICATE.publicKey)
  // The parameter id is 00 or 20 in the field, so it is not judged.
  const known =
    bytes.length === CERTIFICATE_LENGTH &&
    readField(bytes, CERTIFICATE.header) === CERTIFICATE_HEADER &&
    readField(bytes, CERTIFICATE.format) === CERTIFICATE_FORMAT &&
    readField(bytes, CERTIFICATE.signatureAlgorithm) === ALGORITHM_SM2 &&
    readField(bytes, CERTIFICATE.encryptionAlgorithm) === ALGORITHM_SM2 &&
    readField(bytes, CERTIFICATE.keyLength) === publicKey.length &&
    isCompressed(publicKey)
  if (!known || lastMonth === undefined) return undefined
  return {
    bytes,
    serviceId: readField(bytes, CERTIFICATE.serviceId),
    caIndex: readField(bytes, CERTIFICATE.caIndex),
    issuer: toHex(readField(bytes, CERTIFICATE.issuer)),
    lastMonth,
    serial: readField(bytes, CERTIFICATE.serial),
    publicKey,
    signature: readField(bytes, CERTIFICATE.signature),
  }
}

/** What a root certifies. */
export interface CertificateRequest {
  /** Institution, 8 digits. */
  readonly issuer: string
  readonly caIndex: number
  /** Last month of validity, MMYY. */
  readonly expiry: string
  readonly serial: number
  /** Compressed SM2 key of the issuer, 33 bytes. */
  readonly issuerPublicKey: Uint8Array
  /** Default id when not given. */
  readonly idPolicy?: IdPolicy
  /** Signs for the root. */
  readonly sign: IssuerSign
}

/** A certificate of 117 bytes, signed by the root. Throws `code.bad-field`. */
export async function makeCertificate(request: CertificateRequest): Promise<Uint8Array> {
  const { issuer, serial, issuerPublicKey, caIndex, idPolicy = 'default' } = request
  const expiry = packMmyy(request.expiry)
  if (!expiry) throw codeFault('code.bad-field', `expiry ${request.expiry}, MMYY is needed`)
  if (!isCompressed(issuerPublicKey)) {
    throw codeFault('code.bad-field', 'the issuer key is not compressed')
  }
  const bytes = new Uint8Array(CERTIFICATE_LENGTH)
  const values = {
    header: CERTIFICATE_HEADER,
    serviceId: SERVICE_ID,
    caIndex,
    format: CERTIFICATE_FORMAT,
    issuer: packDigits(issuer, 8),
    expiry,
    serial,
    signatureAlgorithm: ALGORITHM_SM2,
    encryptionAlgorithm: ALGORITHM_SM2,
    keyLength: issuerPublicKey.length,
    publicKey: issuerPublicKey,
  }
  writeFields(bytes, CERTIFICATE, values, BAD_FIELD)
  const message = readField(bytes, CERTIFICATE_SIGNED)
  const signature = await request.sign(message, signerId(idPolicy, 'certificate', bytes))
  writeFields(bytes, CERTIFICATE, { signature }, BAD_FIELD)
  return bytes
}
