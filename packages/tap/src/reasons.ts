import type { ErrorText } from '@unifare/core'

/**
 * Why a terminal refused, held or blocked. The number stands in the record's head, the code is
 * stable text for programs, the texts are for people. Numbers are never used again.
 */
export const REASONS = {
  'medium.unreadable': { number: 1, en: 'cannot read this card or code', zh: '无法识读' },
  'medium.foreign': { number: 2, en: "not a member's card or code", zh: '非成员卡或乘车码' },
  'acceptance.not-listed': { number: 3, en: 'not accepted here', zh: '本线路不受理' },
  'deny.listed': { number: 4, en: 'stopped by its issuer', zh: '已被发卡机构止付' },
  'card.not-enabled': { number: 5, en: 'card not enabled', zh: '卡片未启用' },
  'card.expired': { number: 6, en: 'card has expired', zh: '卡片已过期' },
  'card.insufficient-balance': {
    number: 7,
    en: 'balance too low: top up first',
    zh: '余额不足，请先充值',
  },
  'card.open-trip': {
    number: 8,
    en: 'an earlier trip is still open: see the counter',
    zh: '有未完成行程，请到窗口处理',
  },
  'card.no-entry': {
    number: 9,
    en: 'no entry on this card: see the counter',
    zh: '无进站记录，请到窗口处理',
  },
  'card.torn': { number: 10, en: 'present the same card again', zh: '请重新刷同一张卡' },
  'card.locked': { number: 11, en: 'card application is locked', zh: '卡应用已锁定' },
  'code.invalid': { number: 12, en: 'code is not genuine', zh: '乘车码无效' },
  'code.expired': { number: 13, en: 'refresh the code', zh: '请刷新乘车码' },
  'code.replayed': { number: 14, en: 'code already used: refresh', zh: '乘车码已使用，请刷新' },
  'code.over-cap': { number: 15, en: 'fare above the limit of this code', zh: '票价超出单笔限额' },
  'bundle.stale': {
    number: 16,
    en: 'terminal lists are too old for codes',
    zh: '终端名单过期，暂不受理乘车码',
  },
  'fare.unknown': { number: 17, en: 'no fare for this ride', zh: '无适用票价' },
  'storage.failed': { number: 18, en: 'terminal out of service', zh: '终端暂停服务' },
  'tap.not-indicated': {
    number: 19,
    en: 'void: the terminal never said go',
    zh: '作废：终端未提示放行',
  },
  'gate.timed-out': { number: 20, en: 'void: nobody passed the gate', zh: '作废：未通过闸机' },
  'code.too-soon': { number: 21, en: 'just used: wait some seconds', zh: '刚刚使用过，请稍候' },
  'code.wrong-state': {
    number: 22,
    en: 'this code was used to enter: refresh to leave',
    zh: '此码已用于进站，请刷新后出站',
  },
} as const satisfies Record<string, ErrorText & { readonly number: number }>

export type Reason = keyof typeof REASONS

const byNumber = new Map<number, Reason>(
  Object.entries(REASONS).map(([reason, { number }]) => [number, reason as Reason]),
)

/** The reason of a record's number; undefined for 0 and for numbers of the future. */
export function reasonOf(number: number): Reason | undefined {
  return byNumber.get(number)
}
