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
  'issuer.no-phone-card': { en: 'no such phone card of this rider', zh: '该用户无此手机卡' },
  'issuer.phone-taken': {
    en: 'this phone holds another card or belongs to another rider',
    zh: '该手机已有其他卡或属于其他用户',
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
  'issuer.phone-proof': {
    en: 'the phone has not signed the challenge of today',
    zh: '手机未对当日挑战码签名',
  },
  'issuer.phone-suspended': {
    en: 'the device that suspended the card resumes it',
    zh: '须由挂起该卡的设备恢复',
  },
  'issuer.device-consent': {
    en: 'the device has not agreed to act for this rider',
    zh: '该设备未同意加入',
  },
  'issuer.bad-terms': { en: 'the table of card terms has a fault', zh: '卡片资费表有误' },
  'issuer.no-card-keys': {
    en: 'this issuer has no keys of cards here',
    zh: '本机构未配置卡片密钥',
  },
  'issuer.unknown-card': { en: 'no card of this issuer', zh: '非本机构发行的卡片' },
  'issuer.unknown-order': { en: 'no such order', zh: '查无此订单' },
  'issuer.order-conflict': {
    en: 'an order of this name has other content',
    zh: '同名订单内容不一致',
  },
  'issuer.card-ended': { en: 'the card was refunded or is lost', zh: '卡片已退卡或已挂失' },
  'issuer.card-registered': { en: 'the card is registered to a rider', zh: '卡片已实名登记' },
  'issuer.not-your-card': { en: 'the card is not registered to you', zh: '卡片未登记在您名下' },
  'issuer.load-not-paid': { en: 'the load is not paid yet', zh: '充值订单尚未付款' },
  'issuer.load-in-doubt': {
    en: 'a load of this card is in doubt: its counter has to tell first',
    zh: '该卡有未确认的充值，须先读取卡片计数器',
  },
  'issuer.load-closed': { en: 'the load is over', zh: '充值订单已结束' },
  'issuer.load-conflict': {
    en: "the card's counter contradicts what was proved before",
    zh: '卡片计数器与已有记录矛盾',
  },
  'issuer.load-open': { en: 'a paid load waits for this card', zh: '该卡有已付款未写卡的充值' },
  'issuer.wrong-opening': { en: 'the opening does not fit the order', zh: '卡片应答与订单不符' },
  'issuer.wrong-evidence': { en: 'the evidence does not fit the refund', zh: '交易凭证与退卡不符' },
  'issuer.over-books': { en: 'more than the books hold for this card', zh: '超出该卡账面余额' },
  'issuer.no-secret': { en: 'the card was sold without a claim secret', zh: '该卡未设挂失密码' },
  'issuer.wrong-secret': { en: 'the claim secret is wrong', zh: '挂失密码错误' },
  'issuer.secret-locked': {
    en: 'too many wrong claim secrets: try again in a day',
    zh: '挂失密码错误次数过多，请一天后再试',
  },
  'issuer.frozen': { en: 'the account is frozen', zh: '账户已冻结' },
  'issuer.prepaid-low': { en: 'top up first', zh: '预存余额不足，请先充值' },
  'issuer.prepaid-left': { en: 'ask for the prepaid rest first', zh: '请先申请退还预存余额' },
  'issuer.prepaid-reserved': {
    en: 'this money is reserved for rides that may still come in',
    zh: '该余额已为未到行程预留',
  },
  'issuer.bad-payment': {
    en: 'the payment lacks a known channel, sources or an amount',
    zh: '付款信息不完整',
  },
  'issuer.name-taken': { en: 'this sign-in name is taken', zh: '该登录名已被使用' },
  'issuer.wrong-sign-in': { en: 'the name or the secret is wrong', zh: '登录名或密码错误' },
  'issuer.name-locked': {
    en: 'too many wrong secrets: try again later',
    zh: '密码错误次数过多，请稍后再试',
  },
  'issuer.key-ended': {
    en: 'another phone took the account over',
    zh: '账户已由其他手机接管',
  },
  'issuer.no-trip': { en: 'no such trip of this rider', zh: '查无此行程' },
  'issuer.no-statement': {
    en: 'no station can be stated for this trip',
    zh: '该行程不能补登车站',
  },
  'issuer.station-given': {
    en: 'a station was stated for this trip before',
    zh: '该行程已补登过车站',
  },
  'issuer.trip-void': { en: 'nothing is asked for this trip', zh: '该行程不收费' },
  'issuer.bad-batch': {
    en: 'this batch of credentials cannot be given',
    zh: '批量凭证申请不符合要求',
  },
  'issuer.too-many-schemes': {
    en: 'a code has no place for another scheme',
    zh: '可加入的累计优惠方案已满',
  },
  'issuer.no-scheme': {
    en: "join the operator's scheme first: its token is what is linked",
    zh: '请先加入该运营单位的累计优惠',
  },
  'issuer.card-linked': {
    en: 'a card was linked there this month: end it, or link again from next month on',
    zh: '本月已关联过卡片，请先解除或下月再关联',
  },
  'issuer.no-certificate': { en: 'the code key is not certified yet', zh: '乘车码密钥尚未认证' },
} as const satisfies ErrorTable
