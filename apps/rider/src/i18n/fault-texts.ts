import { riderErrors } from '@unifare/rider'
import type { Text } from './text.ts'

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
  'issuer.open-rides': {
    zh: '还有未结行程或未到期的凭证。',
    en: 'Rides are not settled yet, or the last credential still holds.',
  },
  'issuer.no-account': { zh: '发码机构没有这个账户。', en: 'The issuer knows no such account.' },
  'issuer.no-certificate': {
    zh: '发码机构还没有准备好，请稍后再试。',
    en: 'The issuer is not ready yet: try again later.',
  },
} as const satisfies Record<string, Text<string>>

const KNOWN: Readonly<Record<string, Text<string>>> = { ...riderErrors, ...FAULTS }

/** A code of a refusal for people; a code without words stands for itself. */
export function faultText(code: string): Text<string> {
  const known = Object.hasOwn(KNOWN, code) ? KNOWN[code] : undefined
  return known ?? { zh: `未能完成（${code}）`, en: `This could not be done (${code})` }
}
