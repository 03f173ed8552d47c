import type { ErrorTable } from '@unifare/core'

/** Codes with which a wallet refuses; what its issuer refuses comes with the issuer's codes. */
export const riderErrors = {
  'wallet.no-credential': {
    en: 'go online once to renew the credential',
    zh: '请联网更新乘车码凭证',
  },
  'wallet.clock-behind': {
    en: 'the clock was set back: the next code would be refused',
    zh: '手机时间被调慢，请校准时间',
  },
  'wallet.foreign-script': {
    en: 'the issuer sent a script for another card',
    zh: '脚本与本机卡不符',
  },
  'wallet.foreign-card': { en: 'this phone holds another card', zh: '本机卡号不符' },
  'wallet.foreign-credential': {
    en: 'the issuer sent a credential for another key or account',
    zh: '凭证与本机密钥或账户不符',
  },
  'wallet.foreign-answer': {
    en: 'the issuer answered something else than was asked',
    zh: '发卡机构应答不符',
  },
} as const satisfies ErrorTable
