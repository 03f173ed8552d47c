import type { Text } from '@unifare/language'
import { riderErrors } from '@unifare/rider'

/** What the network or an issuer refuses, in words for riders. */
const FAULTS = {
  'link.unreachable': {
    zh: '连不上网络，已保存的码照常可用。',
    en: 'No network. A code that is on this phone still works.',
  },
  'page.not-open-yet': {
    zh: '网络正在准备，请稍候。',
    en: 'The network is being prepared; wait a moment.',
  },
  'page.no-issuer': { zh: '没有可用的发码机构。', en: 'Nobody issues codes here.' },
  'page.sealed-elsewhere': {
    zh: '本机保存的数据无法读取。',
    en: 'What this phone kept cannot be read.',
  },
  'issuer.arrears': { zh: '有欠费，请先补缴。', en: 'A fare is owed: repay it first.' },
  'issuer.too-many-schemes': {
    zh: '最多同时加入两家机构的累计优惠。',
    en: 'At most two operators can be joined at a time.',
  },
  'issuer.prepaid-low': {
    zh: '预付余额不足，请先充值。',
    en: 'Too little is prepaid: pay in first.',
  },
  'issuer.prepaid-reserved': {
    zh: '这笔钱还要留给可能的行程。',
    en: 'This money is kept for rides that may still come.',
  },
  'issuer.prepaid-left': {
    zh: '还有预付余额，请先退回。',
    en: 'Prepaid money is left: have it paid back first.',
  },
  'issuer.bad-contract': {
    zh: '这个账户是签约账户，不能改为预付。',
    en: 'This account pays by contract; it cannot become a prepaid one.',
  },
  'page.top-up-refused': {
    zh: '支付渠道没有付款，请稍后再试。',
    en: 'The channel did not pay: try again later.',
  },
  'issuer.open-rides': {
    zh: '还有未结行程或未到期的凭证。',
    en: 'Rides are not settled yet, or the last credential still holds.',
  },
  'issuer.no-account': { zh: '发码机构没有这个账户。', en: 'The issuer knows no such account.' },
  'message.bad-signature': {
    zh: '网络的签名与开通时不同：演示可能已重新开始，本机的码在这里无效。',
    en: 'The network signs with another key than when you started: the demonstration may have begun anew. Codes of this phone are not good in it.',
  },
  'issuer.no-certificate': {
    zh: '发码机构还没有准备好，请稍后再试。',
    en: 'The issuer is not ready yet: try again later.',
  },
  'page.no-wallet': { zh: '本页没有乘车码。', en: 'There is no ride code on this page.' },
  'issuer.frozen': { zh: '账户已冻结。', en: 'The account is frozen.' },
  'issuer.wrong-sign-in': { zh: '名字或密语不对。', en: 'Name or secret is wrong.' },
  'issuer.name-locked': {
    zh: '错误次数过多，请稍后再试。',
    en: 'Too many wrong secrets: try again later.',
  },
  'issuer.name-taken': { zh: '这个名字已被使用。', en: 'This name is taken.' },
  'issuer.key-ended': {
    zh: '账户已被另一部手机接管。',
    en: 'Another phone took the account over.',
  },
  'issuer.no-debt': { zh: '没有欠费。', en: 'Nothing is owed.' },
  'issuer.trip-void': { zh: '这次行程不收费，不必报告。', en: 'Nothing is asked for this trip.' },
  'issuer.no-statement': {
    zh: '这次行程不能补登车站。',
    en: 'No station can be stated for this trip.',
  },
  'issuer.station-given': {
    zh: '这次行程已补登过车站。',
    en: 'A station was stated for this trip before.',
  },
  'issuer.no-trip': { zh: '没有这次行程。', en: 'There is no such trip.' },
  'message.malformed': { zh: '输入的格式不对。', en: 'What was entered has not the right form.' },
} as const satisfies Record<string, Text<string>>

const KNOWN: Readonly<Record<string, Text<string>>> = { ...riderErrors, ...FAULTS }

/** A code of a refusal for people; a code without words stands for itself. */
export function faultText(code: string): Text<string> {
  const known = Object.hasOwn(KNOWN, code) ? KNOWN[code] : undefined
  return known ?? { zh: `未能完成（${code}）`, en: `This could not be done (${code})` }
}
