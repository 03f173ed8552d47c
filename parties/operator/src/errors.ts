import type { ErrorTable } from '@unifare/core'

/** Codes with which an operator refuses. */
export const operatorErrors = {
  'operator.no-tariffs': { en: 'publish tariffs before charging', zh: '请先发布票价表' },
  'operator.version-dropped': {
    en: 'the new list lacks a version that was in force: rides of its days could not be rated again',
    zh: '新票价表缺少曾生效的版本：其间行程将无法重新计价',
  },
  'batch.gap': { en: 'earlier records of the terminal are missing', zh: '缺少该终端此前的记录' },
  'batch.forked': {
    en: 'a record was delivered before with other content',
    zh: '同一记录出现不同内容',
  },
  'correction.overdue': {
    en: 'the ride is older than the deadline for corrections: its charge stands',
    zh: '行程已超过更正时限：原收费不变',
  },
  'operator.bad-incident': { en: 'the incident makes no sense', zh: '应急放行记录无效' },
  'operator.no-trip': { en: 'no such trip of this account', zh: '该账户无此行程' },
  'operator.no-pass': { en: 'no pass was sold by this order', zh: '该订单未售出定期票' },
  'operator.pass-unknown': { en: 'no tariff has such a pass', zh: '没有此定期票' },
  'operator.pass-other-tariff': {
    en: 'the pass is one of another tariff, or not of that day',
    zh: '该票价表当日没有此定期票',
  },
  'operator.pass-overlaps': {
    en: 'the holder has the same pass for a part of that time',
    zh: '持有人在此期间已有同一定期票',
  },
  'operator.pass-class': {
    en: 'the pass is not for riders of this class',
    zh: '该类乘客不可购此定期票',
  },
  'operator.pass-medium': { en: 'the pass is not for this medium', zh: '该载体不可使用此定期票' },
  'operator.pass-past': {
    en: 'a pass begins when it is sold, or later',
    zh: '定期票不能早于售出时生效',
  },
  'operator.pass-order': { en: 'the order sold another pass', zh: '该订单已售出另一张定期票' },
  'operator.pass-no-refund': { en: 'the pass is not given back', zh: '此定期票不可退' },
  'operator.pass-used': { en: 'the pass has covered a ride', zh: '定期票已使用' },
  'operator.unknown-order': { en: 'no such order at this till', zh: '该收款点无此订单' },
  'operator.order-state': {
    en: 'the order does not stand where this could be done',
    zh: '订单当前状态不允许此操作',
  },
  'operator.accounts-apart': {
    en: 'no tariff here has one account over card and code',
    zh: '本运营单位票价不支持卡码合并累计',
  },
  'operator.medium-linked': {
    en: 'the card or the code is linked otherwise this month',
    zh: '该卡或乘车码本月已有其他关联',
  },
  'operator.link-ended': {
    en: 'this link was ended: link again from next month on',
    zh: '本月关联已解除，请下月再关联',
  },
  'operator.foreign-medium': {
    en: 'an issuer links its own media only',
    zh: '发卡机构只能关联本机构的卡与乘车码',
  },
  'operator.bad-link-taps': {
    en: 'present the card and a code with the joined scheme at one terminal, minutes ago',
    zh: '请在同一终端先后刷卡、刷已加入累计优惠的乘车码，并即时办理',
  },
  'operator.other-card': {
    en: 'not the card whose refund was begun',
    zh: '不是正在退卡的那张卡',
  },
} as const satisfies ErrorTable
