import type { ErrorText } from '@unifare/core'

/**
 * Why a terminal refused, held, blocked or repaired. The number stands in the record's head, the code is
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
  'code.too-soon': { number: 21, en: 'just used: wait a moment', zh: '刚刚使用过，请稍候' },
  'code.wrong-state': {
    number: 22,
    en: 'this code was used to enter: refresh to leave',
    zh: '此码已用于进站，请刷新后出站',
  },
  'medium.city-card': {
    number: 23,
    en: 'a city card, not T-Union: valid in its own city only',
    zh: '城市一卡通（非交通联合），仅限发卡城市使用',
  },
  'card.wrong-type': {
    number: 24,
    en: 'no purse on this card: use another card',
    zh: '卡内无电子钱包应用，请换卡',
  },
  'card.not-yet-valid': {
    number: 25,
    en: 'card is not valid yet: use another card',
    zh: '卡片未到启用日期，请换卡',
  },
  'card.not-interoperable': {
    number: 26,
    en: 'valid at home only: ask its issuer to open it for other cities',
    zh: '未开通互联互通，请联系发卡机构',
  },
  'card.kind-refused': {
    number: 27,
    en: 'a test card: not taken in service',
    zh: '测试卡，运营终端不受理',
  },
  'card.short-of-fare': {
    number: 28,
    en: 'balance below the fare: top up, or pay at the counter',
    zh: '余额不足以支付本次车费，请充值或到窗口补票',
  },
  'card.open-elsewhere': {
    number: 29,
    en: 'a trip with another operator is open: see its counter',
    zh: '在其他运营单位有未完成行程，请到其窗口处理',
  },
  'card.no-record': {
    number: 30,
    en: 'this card cannot keep such a ride: use another card or a code',
    zh: '卡片不支持该类行程，请换卡或使用乘车码',
  },
  'card.record-locked': {
    number: 31,
    en: 'the travel record is locked: see the counter',
    zh: '行程记录已锁定，请到窗口处理',
  },
  'card.no-key': {
    number: 32,
    en: 'the terminal lacks the key of this card: see the counter',
    zh: '终端无此卡密钥，请到窗口处理',
  },
  'card.exhausted': {
    number: 33,
    en: 'the card has used up its transactions: have it replaced',
    zh: '卡片交易次数已用尽，请换卡',
  },
  'card.nothing-to-repair': {
    number: 34,
    en: 'nothing to repair on this card',
    zh: '卡内无需补票的行程',
  },
  'fare.out-of-bounds': {
    number: 35,
    en: 'amount outside the bounds of the tariff: key it in again',
    zh: '金额超出计价范围，请重新输入',
  },
  'fare.not-confirmed': {
    number: 36,
    en: 'the amount was not confirmed: key it in again',
    zh: '金额未确认，请重新输入',
  },
  'repair.maximum': {
    number: 37,
    en: 'repaired: exit not known, highest fare',
    zh: '补票：出站站点不明，按最高票价',
  },
  'repair.marked': {
    number: 38,
    en: 'repaired: no tap when leaving the bus, marked fare taken',
    zh: '补扣：上次乘车未刷卡下车，按标注金额扣款',
  },
  'repair.cash': {
    number: 39,
    en: 'repaired: paid in cash at the counter',
    zh: '补票：现金支付',
  },
  'repair.waived': {
    number: 40,
    en: 'repaired: released free of charge by staff',
    zh: '补票：工作人员免费放行',
  },
  'card.on-board': {
    number: 41,
    en: 'on board already: tap again when leaving',
    zh: '已刷卡上车，下车时请再刷卡',
  },
  'clock.untrusted': {
    number: 42,
    en: 'the clock of this terminal is not sure: use a card',
    zh: '终端时钟不可靠，暂不受理乘车码，请刷卡',
  },
  'bundle.limited': {
    number: 43,
    en: 'terminal long without network: use a card or another terminal',
    zh: '终端离线已久，乘车码受限，请刷卡或换用其他终端',
  },
  'code.too-many': {
    number: 44,
    en: 'all companions are through: wait for the next code',
    zh: '同行人数已达上限，请稍候',
  },
  'code.passed-back': {
    number: 45,
    en: 'this account has just entered here: see the counter',
    zh: '该账户刚在本站进站，请到窗口处理',
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
