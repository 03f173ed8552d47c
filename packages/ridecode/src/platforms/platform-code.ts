import type { ForeignCurve } from '@unifare/crypto'
import type { CodeFamily } from '../platform.ts'

/** Families whose layout is known well enough to verify. */
export type ReadableFamily = Extract<CodeFamily, 'tencent' | 'alipay' | 'city-card' | 'unionpay'>

/** What a platform's code says, in the words that all families share. Nothing is verified yet. */
export interface PlatformCode {
  readonly family: ReadableFamily
  /** The whole code as it was shown. */
  readonly bytes: Uint8Array
  /** Which key of the platform signed. */
  readonly keyIndex: number
  /** The rider, as the platform names it; printable text or hexadecimal. */
  readonly user: string
  /** Card number inside the code, where the family carries one. */
  readonly cardNumber?: string
  /** Most that one ride may cost; null where the family does not say. */
  readonly capFen: number | null
  readonly authorisationExpiryS: number
  readonly validityS: number
  readonly generationTimeS: number
  /** All signatures, the platform's first. */
  readonly signatures: readonly PlatformSignature[]
  /**
   * What of the code is under no signature that a terminal can check, or null. A code with an
   * unproven part is never accepted: whoever copies the signed part can make a new one.
   */
  readonly unproven: string | null
}

/** One signature of a platform's code. */
export interface PlatformSignature {
  readonly level: 'issuer' | 'user'
  /** `sm2` with the default id and SM3, otherwise ECDSA with SHA-1. */
  readonly algorithm: ForeignCurve | 'sm2'
  readonly message: Uint8Array
  readonly signature: Uint8Array
  readonly form: 'compact' | 'der'
  /** The key in the code; null: the platform's key with `keyIndex`. */
  readonly publicKey: Uint8Array | null
}
