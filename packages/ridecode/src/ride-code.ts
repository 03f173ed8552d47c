import type { Fen } from '@unifare/core'
import type { Certificate } from './certificate.ts'

/** Fields 1 to 14: what an issuer authorises, without the signatures. */
export interface Authorisation {
  /** 0x80 to 0xFF. */
  readonly version: number
  /** Account of the payment system, 16 printable characters. */
  readonly paymentAccount: string
  /** Card account, 19 digits: the card number of the ride. */
  readonly cardAccount: string
  /** Card issuer, 8 digits. */
  readonly issuer: string
  /** Code platform, 8 digits. */
  readonly platform: string
  /** 00 and 01 ordinary, 02 student, 03 senior, 04 test, 05 military. */
  readonly accountType: number
  /** Most that one ride may cost. */
  readonly capFen: Fen
  /** Compressed SM2 key of the phone, 33 bytes. */
  readonly userPublicKey: Uint8Array
  /** The phone may make codes up to this second, Unix time. */
  readonly authorisationExpiryS: number
  /** A code is good for so many seconds. */
  readonly validityS: number
  /** Issuer's own field, at most 32 bytes. */
  readonly custom: Uint8Array
}

/** What a terminal needs of any code that it took, whichever platform made it. */
export interface ShownCode {
  /** The whole code. */
  readonly bytes: Uint8Array
  readonly capFen: Fen
  readonly validityS: number
  readonly generationTimeS: number
  readonly authorisationExpiryS: number
  readonly accountType: number
  readonly custom: Uint8Array
}

/** A whole code as read (reference ridecode 1.1); nothing of it is verified yet. */
export interface RideCode extends Authorisation, ShownCode {
  /** The whole code. All other byte fields are views into it. */
  readonly bytes: Uint8Array
  readonly certificate: Certificate
  /** Signature r || s of the issuer over fields 3 to 14. */
  readonly issuerSignature: Uint8Array
  /** Unix seconds, set by the phone. */
  readonly generationTimeS: number
  /** Signature r || s of the phone over fields 1 to 16. */
  readonly userSignature: Uint8Array
}

/**
 * Identity of a code: two codes with the same three values are one, whatever their bytes. The
 * phone can sign a second again with another nonce, and nothing covers the last tag.
 */
export interface CodeIdentity {
  readonly issuer: string
  readonly account: string
  readonly generationTimeS: number
}

/** What the issuer signs: fields 3 to 14, neither version nor length (reference ridecode 1.4). */
export function issuerMessage(code: Uint8Array, customLength: number): Uint8Array {
  return code.subarray(3, 198 + customLength)
}

/** What the phone signs: fields 1 to 16. */
export function userMessage(code: Uint8Array, customLength: number): Uint8Array {
  return code.subarray(0, 267 + customLength)
}

/** Fields 3 to 15, the authorisation with its signature: what a returning rider shows again. */
export function authorisationBytes(code: Uint8Array, customLength: number): Uint8Array {
  return code.subarray(3, 263 + customLength)
}
