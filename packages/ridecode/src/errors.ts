import { type ErrorText, UnifareError } from '@unifare/core'
import type { CodeFamily } from './platform.ts'

/** Texts of a refusal with what a terminal needs to show and record it. */
export interface CodeErrorText extends ErrorText {
  /** Check of the order in reference ridecode 1.8. */
  readonly step: number
  /** Number that validators in the field display, where one is known. */
  readonly display?: number
  /** Reason that a tap record gives for it. */
  readonly reason: string
}

/** Why a code is refused: expected answers, never thrown. Keys are stable. */
export const codeRejects = {
  'code.bad-length': {
    step: 1,
    display: 5498,
    reason: 'medium.unreadable',
    en: 'not as long as a ride code is',
    zh: '乘车码长度错误',
  },
  'code.foreign': {
    step: 1,
    reason: 'medium.foreign',
    en: "another platform's code: not a member's",
    zh: '其他平台的码，非成员乘车码',
  },
  'code.two-level': {
    step: 1,
    reason: 'medium.foreign',
    en: 'a ride code of the old two-level form, which is read but not accepted',
    zh: '旧版两级乘车码，不受理',
  },
  'code.bad-version': {
    step: 1,
    display: 5499,
    reason: 'medium.unreadable',
    en: 'unknown version of ride code',
    zh: '乘车码版本错误',
  },
  'code.bad-length-field': {
    step: 1,
    display: 5500,
    reason: 'medium.unreadable',
    en: 'the code states another length than it has',
    zh: '乘车码数据长度不符',
  },
  'code.bad-signature-form': {
    step: 1,
    reason: 'code.invalid',
    en: 'a signature of unknown form',
    zh: '签名格式错误',
  },
  'code.bad-certificate': {
    step: 1,
    display: 5586,
    reason: 'code.invalid',
    en: 'the issuer certificate has not the known form',
    zh: '发卡机构证书格式错误',
  },
  'code.unknown-root': {
    step: 2,
    display: 5586,
    reason: 'medium.foreign',
    en: 'the certificate names a root that is not held here',
    zh: '根证书索引未知',
  },
  'code.unknown-key': {
    step: 2,
    reason: 'medium.foreign',
    en: 'the platform signed with a key that is not held here',
    zh: '平台密钥索引未知',
  },
  'code.unproven': {
    step: 3,
    reason: 'medium.foreign',
    en: 'part of this code is under no signature that can be checked here',
    zh: '此码部分内容无法验签，不受理',
  },
  'code.certificate-expired': {
    step: 2,
    display: 5586,
    reason: 'code.invalid',
    en: 'the issuer certificate has expired',
    zh: '发卡机构证书已过期',
  },
  'code.root-expired': {
    step: 2,
    display: 5586,
    reason: 'code.invalid',
    en: 'the root has expired',
    zh: '根证书已过期',
  },
  'code.bad-certificate-signature': {
    step: 3,
    display: 5586,
    reason: 'code.invalid',
    en: 'the root did not sign this certificate',
    zh: '发卡机构证书签名无效',
  },
  'code.bad-account': {
    step: 4,
    display: 5573,
    reason: 'code.invalid',
    en: 'an account number of unknown form',
    zh: '账号格式错误',
  },
  'code.account-refused': {
    step: 4,
    display: 5577,
    reason: 'deny.listed',
    en: 'accounts of this type are suspended',
    zh: '账户类型已停用',
  },
  'code.authorisation-expired': {
    step: 5,
    display: 5580,
    reason: 'code.expired',
    en: 'the authorisation has run out: go online once',
    zh: '授权已过期，请联网更新',
  },
  'code.bad-custom': {
    step: 6,
    display: 5581,
    reason: 'medium.unreadable',
    en: 'the custom field does not fit the code',
    zh: '自定义域长度错误',
  },
  'code.validity-too-long': {
    step: 7,
    display: 5501,
    reason: 'code.invalid',
    en: 'the code claims to be valid for too long',
    zh: '乘车码有效期超过上限',
  },
  'code.from-future': {
    step: 8,
    display: 5584,
    reason: 'code.expired',
    en: 'the code comes from the future: check the clock of the phone',
    zh: '乘车码时间超前，请检查手机时间',
  },
  'code.expired': {
    step: 9,
    display: 5584,
    reason: 'code.expired',
    en: 'the code has expired: refresh',
    zh: '乘车码已过期，请刷新',
  },
  'code.after-authorisation': {
    step: 9,
    display: 5584,
    reason: 'code.expired',
    en: 'the code was made after its authorisation ended',
    zh: '乘车码生成时间晚于授权到期',
  },
  'code.bad-issuer-signature': {
    step: 10,
    display: 5583,
    reason: 'code.invalid',
    en: 'the issuer did not sign this account',
    zh: '发卡机构授权签名无效',
  },
  'code.bad-user-key': {
    step: 11,
    display: 5579,
    reason: 'code.invalid',
    en: 'the key of the phone is no point of the curve',
    zh: '用户公钥错误',
  },
  'code.bad-user-signature': {
    step: 11,
    display: 5585,
    reason: 'code.invalid',
    en: 'the phone did not sign this code',
    zh: '用户签名无效',
  },
  'code.not-listed': {
    step: 12,
    reason: 'medium.foreign',
    en: 'issuer, platform and version are not on the list of members',
    zh: '发卡机构、平台或版本不在名单内',
  },
  'code.wrong-certificate': {
    step: 12,
    reason: 'code.invalid',
    en: 'the certificate belongs to another institution than the account',
    zh: '证书与发卡机构不符',
  },
  'code.certificate-revoked': {
    step: 12,
    reason: 'code.invalid',
    en: 'the issuer certificate has been withdrawn',
    zh: '发卡机构证书已吊销',
  },
  'code.replayed': {
    step: 14,
    reason: 'code.replayed',
    en: 'this code was used already: refresh',
    zh: '乘车码已使用，请刷新',
  },
  'code.wrong-state': {
    step: 14,
    reason: 'code.wrong-state',
    en: 'this code was used to enter: refresh to leave',
    zh: '此码已用于进站，请刷新后出站',
  },
  'code.too-soon': {
    step: 14,
    reason: 'code.too-soon',
    en: 'this rider was here a moment ago: wait for the next code',
    zh: '刚刚使用过，请稍候',
  },
  'code.too-many': {
    step: 14,
    reason: 'code.too-many',
    en: 'all companions of this rider are through: wait for the next code',
    zh: '同行人数已达上限，请稍候',
  },
  'code.passed-back': {
    step: 14,
    reason: 'code.passed-back',
    en: 'this rider entered here minutes ago: see the counter',
    zh: '该账户刚在本站进站，请到窗口处理',
  },
  'code.over-cap': {
    step: 15,
    reason: 'code.over-cap',
    en: 'the price is above the limit of this code',
    zh: '票价超出单笔限额',
  },
} as const satisfies Record<string, CodeErrorText>

/** Bad input to issuing, signing or loading keys: thrown as `UnifareError`. */
const codeFaults = {
  'code.bad-field': { en: 'a value does not fit its field', zh: '字段取值错误' },
  'code.bad-credential': { en: 'not a ride-code credential', zh: '乘车码授权数据格式错误' },
  'code.bad-root': { en: 'not a root record, or it was altered', zh: '根证书记录错误或被改动' },
  'code.bad-issuer-keys': { en: 'not a list of issuer keys', zh: '发卡机构密钥名单格式错误' },
} as const satisfies Record<string, ErrorText>

/** Every code of this package. */
export const codeErrors = { ...codeRejects, ...codeFaults }

export type CodeRejectCode = keyof typeof codeRejects
export type CodeErrorCode = keyof typeof codeErrors

/** A refusal: stable code and the step of the check order that it failed. */
export interface CodeReject {
  readonly ok: false
  readonly code: CodeRejectCode
  readonly step: number
  /** Whose code it seems to be, where it is another platform's. */
  readonly platform?: CodeFamily
}

/** The refusal for a code of the table. */
export function reject(code: CodeRejectCode): CodeReject {
  return { ok: false, code, step: codeRejects[code].step }
}

/** The error for bad input, with what is wrong. */
export function codeFault(code: keyof typeof codeFaults, what: string): UnifareError {
  return new UnifareError(code, `${codeFaults[code].en}: ${what}`)
}
