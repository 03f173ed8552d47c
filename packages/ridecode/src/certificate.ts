import { fromHex, toHex } from '@unifare/core'
import { bytesOf, numberOf, putBytes, putNumber } from './byte-field.ts'
import { isCompressed, packDigits } from './encoding.ts'
import { codeFault } from './errors.ts'
import { type IdPolicy, signerId } from './id-policy.ts'
import {
  ALGORITHM_SM2,
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
  const lastMonth = monthOfMmyy(bytesOf(bytes, CERTIFICATE.expiry))
  const publicKey = bytesOf(bytes, CERTIFICATE.publicKey)
  // The parameter id is 00 or 20 in the field, so it is not judged.
  const known =
    bytes.length === CERTIFICATE_LENGTH &&
    numberOf(bytes, CERTIFICATE.header) === CERTIFICATE_HEADER &&
    numberOf(bytes, CERTIFICATE.format) === CERTIFICATE_FORMAT &&
    numberOf(bytes, CERTIFICATE.signatureAlgorithm) === ALGORITHM_SM2 &&
    numberOf(bytes, CERTIFICATE.encryptionAlgorithm) === ALGORITHM_SM2 &&
    numberOf(bytes, CERTIFICATE.keyLength) === publicKey.length &&
    isCompressed(publicKey)
  if (!known || lastMonth === undefined) return undefined
  return {
    bytes,
    serviceId: toHex(bytesOf(bytes, CERTIFICATE.serviceId)),
    caIndex: numberOf(bytes, CERTIFICATE.caIndex),
    issuer: toHex(bytesOf(bytes, CERTIFICATE.issuer)),
    lastMonth,
    serial: numberOf(bytes, CERTIFICATE.serial),
    publicKey,
    signature: bytesOf(bytes, CERTIFICATE.signature),
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
  putNumber(bytes, CERTIFICATE.header, { name: 'header', value: CERTIFICATE_HEADER })
  putBytes(bytes, CERTIFICATE.serviceId, { name: 'service', value: fromHex(SERVICE_ID) })
  putNumber(bytes, CERTIFICATE.caIndex, { name: 'root index', value: caIndex })
  putNumber(bytes, CERTIFICATE.format, { name: 'format', value: CERTIFICATE_FORMAT })
  putBytes(bytes, CERTIFICATE.issuer, { name: 'issuer', value: packDigits(issuer, 8) })
  putBytes(bytes, CERTIFICATE.expiry, { name: 'expiry', value: expiry })
  putNumber(bytes, CERTIFICATE.serial, { name: 'serial', value: serial })
  for (const field of [CERTIFICATE.signatureAlgorithm, CERTIFICATE.encryptionAlgorithm]) {
    putNumber(bytes, field, { name: 'algorithm', value: ALGORITHM_SM2 })
  }
  putNumber(bytes, CERTIFICATE.keyLength, { name: 'key length', value: issuerPublicKey.length })
  putBytes(bytes, CERTIFICATE.publicKey, { name: 'issuer key', value: issuerPublicKey })
  const message = bytesOf(bytes, CERTIFICATE_SIGNED)
  const signature = await request.sign(message, signerId(idPolicy, 'certificate', bytes))
  putBytes(bytes, CERTIFICATE.signature, { name: 'signature', value: signature })
  return bytes
}
