import type { ErrorTable } from '@unifare/core'

/** Every code this package refuses with; the keys are stable. */
export const cryptoErrors = {
  'key.not-found': { en: 'no such key in this store', zh: '密钥库中没有该密钥' },
  'key.wrong-use': { en: 'this key must not be used for that', zh: '密钥用途不符' },
  'key.bad-reference': { en: 'not a key reference', zh: '密钥引用格式错误' },
  'key.bad-material': { en: 'key material does not fit its reference', zh: '密钥内容与引用不符' },
  'key.bad-factor': { en: 'diversification factors are 8 bytes, at least one', zh: '分散因子错误' },
  'key.duplicate': { en: 'the same key reference twice', zh: '密钥引用重复' },
  'key.bad-passphrase': { en: 'wrong passphrase for this key file', zh: '密钥文件口令错误' },
  'key.bad-file': { en: 'not a key file, or it was altered', zh: '密钥文件损坏或被改动' },
  'key.no-file': { en: 'no such key file', zh: '密钥文件不存在' },
  'key.bad-random': { en: 'the random source gives no usable numbers', zh: '随机数源不可用' },
} as const satisfies ErrorTable

export type CryptoErrorCode = keyof typeof cryptoErrors
