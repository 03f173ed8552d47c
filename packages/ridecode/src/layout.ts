import type { ByteFields } from './byte-field.ts'

/** Fields 1 to 13 of the whole code, fixed places (reference ridecode 1.1). */
export const CODE = {
  version: [0, 1],
  dataLength: [1, 2],
  certificate: [3, 117],
  paymentAccount: [120, 16],
  cardAccount: [136, 10],
  issuer: [146, 4],
  platform: [150, 4],
  accountType: [154, 1],
  capFen: [155, 3],
  userPublicKey: [158, 33],
  authorisationExpiryS: [191, 4],
  validityS: [195, 2],
  customLength: [197, 1],
} as const satisfies ByteFields

/** Field 14, the custom field, begins here. */
export const CUSTOM_OFFSET = 198

/** Longest custom field. */
export const CUSTOM_LENGTH_MAX = 32

/** Fields 15 to 17, from the end of the custom field on. */
export const TAIL = {
  issuerTag: [0, 1],
  issuerSignature: [1, 64],
  generationTimeS: [65, 4],
  userTag: [69, 1],
  userSignature: [70, 64],
} as const satisfies ByteFields

/** Length of a code without a custom field. */
export const CODE_LENGTH_MIN = 332

/** Length of a credential (fields 1 to 15) without a custom field. */
export const CREDENTIAL_LENGTH_MIN = 263

/** Versions of this family have the top bit set. */
export const VERSION_FAMILY = 0x80

/** In front of every signature: 64 bytes r || s of SM2 follow. */
export const SIGNATURE_TAG = 0x15

/** Issuer certificate (reference ridecode 1.2). */
export const CERTIFICATE = {
  header: [0, 1],
  serviceId: [1, 4],
  caIndex: [5, 1],
  format: [6, 1],
  issuer: [7, 4],
  expiry: [11, 2],
  serial: [13, 3],
  signatureAlgorithm: [16, 1],
  encryptionAlgorithm: [17, 1],
  parameter: [18, 1],
  keyLength: [19, 1],
  publicKey: [20, 33],
  signature: [53, 64],
} as const satisfies ByteFields

export const CERTIFICATE_LENGTH = 117
export const CERTIFICATE_HEADER = 0x24
export const CERTIFICATE_FORMAT = 0x12

/** What the root signs: format to key, not the header, the service id or the root's index. */
export const CERTIFICATE_SIGNED = [6, 47] as const

/** Root record that terminals hold (reference ridecode 1.3). */
export const ROOT = {
  header: [0, 1],
  serviceId: [1, 4],
  rid: [5, 5],
  index: [10, 1],
  expiry: [11, 2],
  algorithm: [13, 1],
  parameter: [14, 1],
  keyLength: [15, 1],
  publicKey: [16, 64],
  signature: [80, 64],
} as const satisfies ByteFields

export const ROOT_LENGTH = 144
export const ROOT_HEADER = 0x21

/** What the root signs of its own record: all before the signature. */
export const ROOT_SIGNED = [0, 80] as const

/** SM2 in certificates and root records. */
export const ALGORITHM_SM2 = 0x04

/** The ride-code service, right-padded. */
export const SERVICE_ID = '01010000'

/** Registered application provider of the T-Union. */
export const RID = 'A000000632'
