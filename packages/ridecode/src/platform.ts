import { readUnionPay } from './platforms/unionpay.ts'

/** Families of codes that readers meet, told apart by their first bytes (reference ridecode 2). */
export type CodeFamily =
  | 't-union'
  | 't-union-v1'
  | 'tencent'
  | 'alipay'
  | 'city-card'
  | 'unionpay'
  | 'unified-platform'
  | 'json'
  | 'unknown'

/** Length of the old two-level form, which also comes with versions of the T-Union family. */
export const V1_LENGTH = 226

const V1_VERSION = 0x40
const T = 0x54
const X = 0x58

/**
 * Whose code this is by structure alone. Nothing is verified: it serves to say "not a member's
 * code" instead of "unreadable". JSON is named so that nobody takes set-up codes from the public.
 */
export function codeFamily(bytes: Uint8Array): CodeFamily {
  const [first = 0, second = 0] = bytes
  if (bytes.length === 0) return 'unknown'
  if (first >= 0x80) return bytes.length === V1_LENGTH ? 't-union-v1' : 't-union'
  switch (first) {
    case T:
      return second === X ? 'tencent' : second === 1 || second === 2 ? 'city-card' : 'unknown'
    case 0x02:
      return 'alipay'
    case V1_VERSION:
      return 't-union-v1'
    case 0x55:
      return 'unified-platform'
    case 0x7b:
    case 0x5b:
      return 'json'
    default:
      return readUnionPay(bytes) ? 'unionpay' : 'unknown'
  }
}
