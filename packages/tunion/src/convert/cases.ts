import type { ErrorText } from '@unifare/core'

/**
 * Codes that ED, CM and AD carry, for the conditions that members really see (reference clearing
 * 1.5, 1.9). The conditions are of the reference, the digits are ours: the real ones are not stored.
 */

/** What a case asks for: adjust type, 2 digits. */
export const ADJUST_TYPES = {
  '01': { en: 'credit adjustment', zh: '贷记调整' },
  '02': { en: 'chargeback', zh: '退单' },
  '03': { en: 'representment', zh: '再请款' },
  '04': { en: 'exception negotiation', zh: '例外协商' },
  '05': { en: 'claim on a suspicious account', zh: '可疑账户追偿' },
} as const satisfies Readonly<Record<string, ErrorText>>

/** What was wrong with the original: error type, 2 digits. */
export const ERROR_TYPES = {
  '01': { en: 'debited, not travelled', zh: '已扣款未乘车' },
  '02': { en: 'wrong amount', zh: '金额错误' },
  '03': { en: 'debited twice', zh: '重复扣款' },
  '04': { en: 'surplus: more received than uploaded', zh: '长款' },
  '05': { en: 'shortage: less received than uploaded', zh: '短款' },
} as const satisfies Readonly<Record<string, ErrorText>>

/** Why a case is raised: cause, 4 digits. */
export const CAUSES = {
  '0001': { en: 'the gate did not open', zh: '闸机未开' },
  '0002': { en: 'the rider disputes the ride', zh: '乘客否认乘车' },
  '0003': { en: 'the fare is wrong', zh: '票价有误' },
  '0004': { en: 'the medium was on the deny list', zh: '介质已在黑名单' },
  '0005': { en: 'the transaction is overdue', zh: '交易超期' },
  '0006': { en: 'the evidence does not verify', zh: '凭证验证失败' },
} as const satisfies Readonly<Record<string, ErrorText>>

/** What the other side, or the centre, answers: response, 2 digits. */
export const RESPONSES = {
  '00': { en: 'agreed', zh: '同意' },
  '01': { en: 'receiver refused', zh: '接收方拒绝' },
  '02': { en: 'issuer refused payment', zh: '发卡方拒付' },
  '03': { en: 'original not found', zh: '原交易不存在' },
  '04': { en: 'differs from the original', zh: '与原交易不符' },
  '05': { en: 'past the claim deadline', zh: '超过申请期限' },
  '06': { en: 'past the reply deadline', zh: '超过答复期限' },
  '07': { en: 'too early to raise', zh: '未到申请时间' },
  '08': { en: 'an open case exists', zh: '存在未结案件' },
  '09': { en: 'not adjustable', zh: '不可调整' },
  '10': { en: 'amount abnormal', zh: '金额异常' },
  '11': { en: 'type unsupported', zh: '类型不支持' },
  '12': { en: 'the chain of cases is broken', zh: '差错处理顺序错误' },
} as const satisfies Readonly<Record<string, ErrorText>>
