import type { Words } from './words/words.ts'

/** Parts of charges that no tariff states: their operator made them, and says why. */
export const CHARGE_NOTES = {
  'terminal.difference': {
    zh: '终端实扣与票价之差：以卡片实扣为准',
    en: 'difference of the terminal: the card was debited so',
  },
  'incomplete.maximum': {
    zh: '行程不完整：按最高票价收取',
    en: 'incomplete journey: maximum fare',
  },
  'incident.gates-open': {
    zh: '闸机应急放行：按放行车站计价',
    en: 'gates stood open: priced from or to that station',
  },
  'statement.station': {
    zh: '乘客补登车站：按所报车站计价',
    en: 'the rider stated the station: priced from or to it',
  },
  'class.as-adult': {
    zh: '票价没有该类乘客：按成人计价',
    en: 'the tariff knows no such riders: priced as an adult',
  },
} as const satisfies Readonly<Record<string, Words>>
