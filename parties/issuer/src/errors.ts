import type { ErrorTable } from '@unifare/core'

/** Codes with which an issuer refuses a rider or its own staff. */
export const issuerErrors = {
  'issuer.no-account': { en: 'no account under this key: open one first', zh: '尚未开通账户' },
  'issuer.not-authorised': { en: 'authorise the debit first', zh: '请先签约授权扣款' },
  'issuer.bad-contract': {
    en: 'the contract lacks a known channel, limit or sources',
    zh: '签约信息不完整',
  },
  'issuer.arrears': { en: 'repay the advanced fares first', zh: '请先补缴垫付车费' },
  'issuer.open-rides': { en: 'rides are not settled yet', zh: '尚有未结清行程' },
  'issuer.no-debt': { en: 'this account owes nothing', zh: '该账户无欠款' },
  'issuer.code-number': {
    en: 'this number belongs to ride-code accounts or to another issuer',
    zh: '卡号属于乘车码账户号段或其他发卡机构',
  },
  'issuer.statement-conflict': {
    en: 'the statement tells something else than one before',
    zh: '对账单与先前内容不一致',
  },
  'issuer.no-phone-card': { en: 'no such phone card in this account', zh: '该账户无此手机卡' },
  'issuer.phone-taken': {
    en: 'this phone holds another card or belongs to another account',
    zh: '该手机已有其他卡或属于其他账户',
  },
  'issuer.phone-state': {
    en: 'the phone card is in no state for this',
    zh: '手机卡当前状态不支持该操作',
  },
  'issuer.phone-receipt': {
    en: 'the phone states something else than was asked of it',
    zh: '手机回执与指令不符',
  },
  'issuer.phone-balance': {
    en: 'the phone states more money than was loaded',
    zh: '手机申报余额超过已充值金额',
  },
  'issuer.phone-fund': { en: 'not enough was paid for this load', zh: '充值款不足' },
  'issuer.phone-load': { en: 'the card did not prove this load', zh: '充值校验未通过' },
  'issuer.phone-load-open': {
    en: 'another load is open on this card',
    zh: '该卡有未完成的充值',
  },
  'issuer.no-certificate': { en: 'the code key is not certified yet', zh: '乘车码密钥尚未认证' },
} as const satisfies ErrorTable
