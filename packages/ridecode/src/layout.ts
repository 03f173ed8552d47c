import type { Fields } from '@unifare/core'

/** What does not fit a field when a code is written. */
export const BAD_FIELD = { code: 'code.bad-field' } as const

/** Fields 1 to 13 of the whole code, fixed places (reference ridecode 1.1). */
export const CODE = {
  version: [0, 'u8'],
  dataLength: [1, 'u16'],
  certificate: [3, 'bytes', 117],
  paymentAccount: [120, 'bytes', 16],
  cardAccount: [136, 'bytes', 10],
  issuer: [146, 'bytes', 4],
  platform: [150, 'bytes', 4],
  accountType: [154, 'u8'],
  capFen: [155, 'u24'],
  userPublicKey: [158, 'bytes', 33],
  authorisationExpiryS: [191, 'u32'],
  validityS: [195, 'u16'],
  customLength: [197, 'u8'],
} as const satisfies Fields

/** Field 14, the custom field, begins here. */
export const CUSTOM_OFFSET = 198

/** Longest custom field. */
export const CUSTOM_LENGTH_MAX = 32

/** Fields 15 to 17, from the end of the custom field on. */
export const TAIL = {
  issuerTag: [0, 'u8'],
  issuerSignature: [1, 'bytes', 64],
  generationTimeS: [65, 'u32'],
  userTag: [69, 'u8'],
  userSignature: [70, 'bytes', 64],
} as const satisfies Fields

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
  header: [0, 'u8'],
  serviceId: [1, 'hex', 4],
  caIndex: [5, 'u8'],
  format: [6, 'u8'],
  issuer: [7, 'bytes', 4],
  expiry: [11, 'bytes', 2],
  serial: [13, 'u24'],
  signatureAlgorithm: [16, 'u8'],
  encryptionAlgorithm: [17, 'u8'],
  parameter: [18, 'u8'],
  keyLength: [19, 'u8'],
  publicKey: [20, 'bytes', 33],
  signature: [53, 'bytes', 64],
} as const satisfies Fields

export const CERTIFICATE_LENGTH = 117
export const CERTIFICATE_HEADER = 0x24
export const CERTIFICATE_FORMAT = 0x12

/** What the root signs: format to key, not the header, the service id or the root's index. */
export const CERTIFICATE_SIGNED = [6, 'bytes', 47] as const

/** Root record that terminals hold (reference ridecode 1.3). */
export const ROOT = {
  header: [0, 'u8'],
  serviceId: [1, 'hex', 4],
  rid: [5, 'hex', 5],
  index: [10, 'u8'],
  expiry: [11, 'bytes', 2],
  algorithm: [13, 'u8'],
  parameter: [14, 'u8'],
  keyLength: [15, 'u8'],
  publicKey: [16, 'bytes', 64],
  signature: [80, 'bytes', 64],
} as const satisfies Fields

export const ROOT_LENGTH = 144
export const ROOT_HEADER = 0x21

/** What the root signs of its own record: all before the signature. */
export const ROOT_SIGNED = [0, 'bytes', 80] as const

/** SM2 in certificates and root records. */
export const ALGORITHM_SM2 = 0x04

/** The ride-code service, right-padded. */
export const SERVICE_ID = '01010000'

/** Registered application provider of the T-Union. */
export const RID = 'A000000632'
