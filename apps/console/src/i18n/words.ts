import { VERDICTS } from '@unifare/centre'
import type { Text } from '@unifare/language'
import { MODES, modeNames } from '@unifare/registry'
import { REASONS } from '@unifare/tap'

type Word = Text<string>

const KINDS = {
  purchase: { zh: '乘车', en: 'ride' },
  entry: { zh: '进站', en: 'entry' },
  exit: { zh: '出站', en: 'exit' },
  load: { zh: '充值', en: 'load' },
  rent: { zh: '借车', en: 'rent' },
  return: { zh: '还车', en: 'return' },
  repair: { zh: '补登', en: 'repair' },
  refused: { zh: '拒绝', en: 'refused' },
  passed: { zh: '已通过闸机', en: 'passed the gate' },
  released: { zh: '已放行', en: 'released' },
  'timed-out': { zh: '未通过闸机', en: 'did not pass the gate' },
} as const satisfies Record<string, Word>

const ROLES = {
  centre: { zh: '清分中心', en: 'centre' },
  issuer: { zh: '发卡', en: 'issuer' },
  operator: { zh: '运营', en: 'operator' },
} as const satisfies Record<string, Word>

const TAP_STATES = {
  open: { zh: '待配对', en: 'waits for its pair' },
  charged: { zh: '已计费', en: 'charged' },
  noted: { zh: '已登记，不计费', en: 'noted, not charged' },
  void: { zh: '作废', en: 'void' },
  duplicate: { zh: '重复', en: 'duplicate' },
  quarantined: { zh: '隔离', en: 'quarantined' },
} as const satisfies Record<string, Word>

const RIDE_STATES = {
  due: { zh: '待扣款', en: 'due' },
  paid: { zh: '已扣款', en: 'paid' },
  advanced: { zh: '发卡机构垫付', en: 'advanced by the issuer' },
  repaid: { zh: '已补缴', en: 'repaid' },
  rejected: { zh: '未清分', en: 'not cleared' },
} as const satisfies Record<string, Word>

/** Words of the wire, by what they name. An unknown word stands for itself. */
export const words = {
  kind: KINDS,
  mode: Object.fromEntries(MODES.map((mode) => [mode, modeNames[mode]])),
  reason: REASONS,
  role: ROLES,
  tapState: TAP_STATES,
  rideState: RIDE_STATES,
  verdict: VERDICTS,
} as const satisfies Record<string, Readonly<Record<string, Word>>>

export type WordList = keyof typeof words

/** A word of the wire in both languages. */
export function word(list: WordList, code: string): Word {
  const table: Readonly<Record<string, Word>> = words[list]
  return (Object.hasOwn(table, code) ? table[code] : undefined) ?? { zh: code, en: code }
}

/** How a line is called on a mode; empty where lines mean nothing to a rider. */
export function lineName(mode: string, line: number): Word {
  switch (mode) {
    case 'metro':
    case 'light-rail':
    case 'brt':
      return { zh: `${line} 号线`, en: `line ${line}` }
    case 'bus':
      return { zh: `${line} 路`, en: `route ${line}` }
    case 'ferry':
      return { zh: `${line} 号航线`, en: `crossing ${line}` }
    default:
      return { zh: '', en: '' }
  }
}
