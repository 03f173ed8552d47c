import { type ErrorTable, UnifareError } from '@unifare/core'

/** Every code this package refuses with; the keys are stable. */
export const cardErrors = {
  'card.not-t-union': { en: 'no T-Union purse on this card', zh: '非交通联合卡' },
  'card.city-card': { en: 'a city card, not T-Union', zh: '城市一卡通，非交通联合卡' },
  'card.wrong-type': { en: 'the application is no purse', zh: '应用类型不是电子钱包' },
  'card.test-card': { en: 'a test card', zh: '测试卡' },
  'card.not-enabled': { en: 'the card is not enabled', zh: '卡片未启用' },
  'card.not-yet-valid': { en: 'the card is not valid yet', zh: '卡片未到启用日期' },
  'card.expired': { en: 'the card has expired', zh: '卡片已过有效期' },
  'card.not-interoperable': { en: 'the card is valid at home only', zh: '卡片未开通互联互通' },
  'card.application-locked': { en: 'the purse application is locked', zh: '卡片应用已锁定' },
  'card.insufficient-balance': { en: 'not enough money on the card', zh: '卡内余额不足' },
  'card.balance-limit': { en: 'the load exceeds the limit of the purse', zh: '充值超过余额上限' },
  'card.counter-exhausted': { en: 'the transaction counter is used up', zh: '交易序号已用尽' },
  'card.no-key': { en: 'card or PSAM lacks the key asked for', zh: '缺少所需密钥' },
  'card.record-locked': { en: 'the travel record is locked', zh: '复合记录已锁定' },
  'card.bad-mac': { en: 'a message authentication code is wrong', zh: '报文鉴别码错误' },
  'card.no-proof': { en: 'the card keeps no proof of the transaction', zh: '无法取得交易认证' },
  'card.wrong-status': { en: 'unexpected status word', zh: '卡片返回异常状态' },
  'card.bad-answer': { en: 'the answer has the wrong form', zh: '卡片应答格式错误' },
  'card.torn': { en: 'the card left the field', zh: '卡片离开感应区' },
  'card.psam-refused': { en: 'the PSAM refused', zh: 'PSAM 拒绝交易' },
  'card.psam-exhausted': { en: 'the PSAM has reached its ceiling', zh: 'PSAM 交易次数已达上限' },
  'card.unsupported-algorithm': { en: 'unknown purse algorithm', zh: '不支持的算法标识' },
  'card.bad-field': { en: 'a value does not fit its field', zh: '字段取值错误' },
  'card.bad-evidence': { en: 'not card evidence of a known version', zh: '卡交易凭证格式错误' },
  'card.bad-pending': { en: 'not a pending purchase of a known version', zh: '待确认交易格式错误' },
  'card.chip-full': {
    en: 'the card does not fit into the memory of the chip',
    zh: '芯片存储空间不足',
  },
  'card.bad-dump': {
    en: 'neither a dump file nor hexadecimal of a card',
    zh: '不是卡片转储文件或十六进制数据',
  },
  'card.bad-image': { en: 'not a stored card image', zh: '卡片映像格式错误' },
} as const satisfies ErrorTable

export type CardErrorCode = keyof typeof cardErrors

/** An expected refusal: a stable code and, where a card or PSAM gave one, its status word. */
export interface CardRefusal {
  readonly ok: false
  readonly code: CardErrorCode
  /** Status word, for example 0x9401. */
  readonly sw?: number
}

/** The error with which flows stop inside; at their edge it becomes a `CardRefusal`. */
export function cardError(
  code: CardErrorCode,
  details: Record<string, unknown> = {},
): UnifareError {
  return new UnifareError(code, cardErrors[code].en, details)
}

/** The refusal that an error stands for; undefined for every error that is not this package's. */
export function refusalOf(error: unknown): CardRefusal | undefined {
  if (!(error instanceof UnifareError) || !Object.hasOwn(cardErrors, error.code)) return undefined
  const code = error.code as CardErrorCode
  const { sw } = error.details
  return typeof sw === 'number' ? { ok: false, code, sw } : { ok: false, code }
}
