import type { ErrorText } from '@unifare/core'

/**
 * What clearing says of a charge. `normal` settles; the others are returned to the operator with
 * their stable code. Texts are shown to members in their language.
 */
export const VERDICTS = {
  normal: { en: 'settled', zh: '正常' },
  'tap.missing': { en: 'a tap of the charge was not delivered', zh: '收费所依据的记录未上传' },
  'tap.unreadable': { en: 'a tap of the charge cannot be read', zh: '记录无法解析' },
  'tap.foreign': {
    en: 'a tap belongs to another rider, operator, amount or day',
    zh: '记录与收费不符',
  },
  'tap.overdue': { en: 'uploaded after the deadline', zh: '超过上传时限' },
  'tap.conflict': {
    en: 'the same transaction stands under two identities',
    zh: '同一交易出现两种身份：冲突',
  },
  'tap.charged': { en: 'the presentation was charged before', zh: '重复收费' },
  'card.bad-tac': { en: 'the card did not make this debit: TAC wrong', zh: 'TAC 校验失败' },
  'card.bad-mac2': { en: 'the card did not confirm this debit: MAC2 wrong', zh: 'MAC2 校验失败' },
  'card.evidence': { en: 'the evidence says otherwise than the record', zh: '凭证与记录不一致' },
  'code.invalid': { en: 'the ride code is not genuine', zh: '乘车码验证失败' },
  'code.over-cap': { en: 'dearer than the limit of the code', zh: '超出乘车码单笔限额' },
  'deny.listed': { en: 'on the deny list that the terminal held', zh: '终端已持有的止付名单内' },
  'charge.unknown': {
    en: 'the rider has no such charge by code in this mode to correct, or it has no verdict yet',
    zh: '该乘客没有可更正的此笔同方式乘车码收费，或尚无结论',
  },
  'charge.corrected': {
    en: 'the charge that it corrects was corrected before',
    zh: '所更正的收费此前已更正',
  },
  'acceptance.none': {
    en: 'issuer and operator have no acceptance',
    zh: '发卡方与收单方无受理关系',
  },
  'fee.none': { en: 'no fee rule is configured', zh: '未配置手续费规则' },
  'issuer.unknown': { en: 'the issuer is not a member', zh: '发卡机构非成员' },
  test: { en: 'test traffic: never netted', zh: '测试数据：不参与清算' },
} as const satisfies Record<string, ErrorText>

export type Verdict = keyof typeof VERDICTS
