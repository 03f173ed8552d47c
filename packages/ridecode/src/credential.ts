import { ascii, readField, writeFields } from '@unifare/core'
import { readCertificate } from './certificate.ts'
import { isCompressed, isPrintable, packDigits } from './encoding.ts'
import { codeFault } from './errors.ts'
import { type IdPolicy, signerId } from './id-policy.ts'
import {
  BAD_FIELD,
  CODE,
  CREDENTIAL_LENGTH_MIN,
  CUSTOM_LENGTH_MAX,
  CUSTOM_OFFSET,
  SIGNATURE_TAG,
  TAIL,
  VERSION_FAMILY,
} from './layout.ts'
import { type AuthorisationFields, hasTag, readAuthorisation } from './parse.ts'
import { DEFAULT_CODE_POLICY } from './policy.ts'
import { type Authorisation, issuerMessage } from './ride-code.ts'
import type { IssuerSign } from './sign.ts'

/** What an issuer hands to a wallet: fields 1 to 15, from which the phone makes codes offline. */
export interface Credential extends AuthorisationFields {
  readonly version: number
  /** The 263 to 295 bytes; byte fields are views into them. */
  readonly bytes: Uint8Array
  /** SM2 ids that this issuer's codes are signed under. */
  readonly idPolicy: IdPolicy
}

/** The interoperable version. */
const DEFAULT_VERSION = 0x80

/** What an issuer grants to a phone. */
export interface CredentialRequest extends Omit<Authorisation, 'version'> {
  /** 0x80, interoperable, when not given. */
  readonly version?: number
  /** The issuer's certificate, 117 bytes. */
  readonly certificate: Uint8Array
  /** Default id when not given. */
  readonly idPolicy?: IdPolicy
  /** Signs for the issuer, with the key of the certificate. */
  readonly sign: IssuerSign
}

/**
 * Signs an account over to a phone. Throws `code.bad-field` for a value that does not fit, and
 * for a validity that terminals would refuse.
 */
export async function issueCredential(request: CredentialRequest): Promise<Credential> {
  const { certificate, idPolicy = 'default', custom } = request
  if (!readCertificate(certificate)) throw codeFault('code.bad-field', 'not a certificate')
  const bytes = new Uint8Array(CREDENTIAL_LENGTH_MIN + custom.length)
  writeAuthorisation(bytes, { version: DEFAULT_VERSION, ...request })
  writeFields(bytes, CODE, { certificate }, BAD_FIELD)
  const tail = CUSTOM_OFFSET + custom.length
  const id = signerId(idPolicy, 'issuer', bytes)
  const signature = await request.sign(issuerMessage(bytes, custom.length), id)
  const signed = { issuerTag: SIGNATURE_TAG, issuerSignature: signature }
  writeFields(bytes, TAIL, signed, { ...BAD_FIELD, base: tail })
  return parseCredential(bytes, idPolicy)
}

/**
 * Reads a stored or received credential without verifying it. Throws `code.bad-credential`.
 * Byte fields are views.
 */
export function parseCredential(bytes: Uint8Array, idPolicy: IdPolicy = 'default'): Credential {
  const customLength = bytes.length - CREDENTIAL_LENGTH_MIN
  const version = readField(bytes, CODE.version)
  const fits =
    customLength >= 0 &&
    customLength <= CUSTOM_LENGTH_MAX &&
    version >= VERSION_FAMILY &&
    readField(bytes, CODE.customLength) === customLength &&
    readField(bytes, CODE.dataLength) === dataLength(customLength) &&
    hasTag(bytes, TAIL.issuerTag, CUSTOM_OFFSET + customLength)
  if (!fits) throw codeFault('code.bad-credential', `${bytes.length} bytes of another form`)
  const fields = readAuthorisation(bytes)
  if (typeof fields === 'string') throw codeFault('code.bad-credential', fields)
  return { ...fields, version, bytes, idPolicy }
}

/** Field 2: bytes of fields 3 to 17. */
function dataLength(customLength: number): number {
  return 329 + customLength
}

function writeAuthorisation(bytes: Uint8Array, request: Authorisation): void {
  const { version, custom, validityS, userPublicKey, paymentAccount } = request
  const need = (fits: boolean, what: string) => {
    if (!fits) throw codeFault('code.bad-field', what)
  }
  need(version >= VERSION_FAMILY, `version ${version} is below ${VERSION_FAMILY}`)
  need(custom.length <= CUSTOM_LENGTH_MAX, `a custom field of ${custom.length} bytes`)
  need(isCompressed(userPublicKey), 'the user key is not compressed')
  need(validityS <= DEFAULT_CODE_POLICY.maxValidityS, `a validity of ${validityS} s is refused`)
  need(isPrintable(paymentAccount), 'the payment account is not printable')
  const values = {
    version,
    dataLength: dataLength(custom.length),
    paymentAccount: ascii(paymentAccount),
    cardAccount: packDigits(request.cardAccount, 19),
    issuer: packDigits(request.issuer, 8),
    platform: packDigits(request.platform, 8),
    accountType: request.accountType,
    capFen: request.capFen,
    userPublicKey,
    authorisationExpiryS: request.authorisationExpiryS,
    validityS,
    customLength: custom.length,
  }
  writeFields(bytes, CODE, values, BAD_FIELD)
  bytes.set(custom, CUSTOM_OFFSET)
}
