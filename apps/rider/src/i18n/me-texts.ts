import type { Texts } from '@unifare/language'

/** Account and settings. */
export const meTexts = {
  me: { zh: '我的', en: 'Me' },
  account: { zh: '账户', en: 'Account' },
  issuer: { zh: '发码机构', en: 'Issuer' },
  debt: { zh: '欠费', en: 'Debt' },
  noDebt: { zh: '没有欠费', en: 'Nothing owed' },
  leave: { zh: '停用乘车码', en: 'Leave' },
  leaveWhy: {
    zh: '注销账户并删除本机密钥。须无欠费、无未结行程，且凭证已到期。',
    en: 'Closes the account and deletes its keys here. Possible with no debt, no open trip, and after the last credential has ended.',
  },
  leaveSure: { zh: '确认停用', en: 'Yes, leave' },
  startOver: { zh: '重新开始', en: 'Start over' },
  startOverSure: { zh: '删除本机账户与密钥', en: 'Delete account and keys here' },
  cancel: { zh: '取消', en: 'Cancel' },
} as const satisfies Texts
