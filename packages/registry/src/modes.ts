import { oneOf } from './parse.ts'

/** Modes of travel, in the words of the wire. */
export const MODES = [
  'bus',
  'metro',
  'taxi',
  'ferry',
  'light-rail',
  'bicycle',
  'brt',
  'cableway',
] as const

export type Mode = (typeof MODES)[number]

/** What a source tells of each mode: taken, not taken, or not told. */
export type ModeMarks = { readonly [K in Mode]: boolean | null }

/** Names of the modes in both languages of the house. */
export const modeNames = {
  bus: { zh: '公交', en: 'bus' },
  metro: { zh: '地铁', en: 'metro' },
  taxi: { zh: '出租汽车', en: 'taxi' },
  ferry: { zh: '轮渡', en: 'ferry' },
  'light-rail': { zh: '轻轨', en: 'light rail' },
  bicycle: { zh: '公共自行车', en: 'public bicycle' },
  brt: { zh: 'BRT', en: 'BRT' },
  cableway: { zh: '索道', en: 'cableway' },
} as const satisfies Record<Mode, { zh: string; en: string }>

export const mode = oneOf(...MODES)

/** Life of an acceptance; only `in-service` lets a rider in. */
export const STATUSES = ['planned', 'trial', 'converting', 'in-service', 'ended'] as const

export type AcceptanceStatus = (typeof STATUSES)[number]

export const acceptanceStatus = oneOf(...STATUSES)

/** What a rider presents. */
export const MEDIA = ['card', 'code'] as const

export type Medium = (typeof MEDIA)[number]
