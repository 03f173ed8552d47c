import type { ErrorText } from '@unifare/core'
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

/** Whose code it is, in words for a rider whose code is refused. */
export const codeFamilies = {
  't-union': { zh: '交通联合乘车码', en: 'T-Union ride code' },
  't-union-v1': { zh: '旧版交通联合乘车码', en: 'old T-Union ride code' },
  tencent: { zh: '腾讯乘车码', en: 'Tencent ride code' },
  alipay: { zh: '支付宝乘车码', en: 'Alipay ride code' },
  'city-card': { zh: '城市一卡通乘车码', en: 'code of a city card' },
  unionpay: { zh: '银联乘车码', en: 'UnionPay ride code' },
  'unified-platform': { zh: '城市统一码', en: 'unified city code' },
  json: { zh: '设置数据', en: 'data for setting up' },
  unknown: { zh: '未知二维码', en: 'unknown code' },
} as const satisfies Record<CodeFamily, ErrorText>

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
