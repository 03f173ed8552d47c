/** A code's stable name and what people read. */
export interface CodeText {
  readonly key: string
  readonly zh: string
  readonly en: string
}

/** Names by code. */
export type CodeTable = Readonly<Record<number, CodeText>>

/** Card kinds of EF 17 and DF11 (reference card 2.3). */
export const CARD_KINDS = {
  0x01: { key: 'ordinary', zh: '普通卡', en: 'ordinary' },
  0x02: { key: 'student', zh: '学生卡', en: 'student' },
  0x03: { key: 'senior', zh: '老人卡', en: 'senior' },
  0x04: { key: 'test', zh: '测试卡', en: 'test' },
  0x05: { key: 'military', zh: '军人卡', en: 'military' },
} as const satisfies CodeTable

/** Transaction types of EF 18 (reference card 2.4). */
export const TRANSACTION_TYPES = {
  0x01: { key: 'deposit-load', zh: '电子存折圈存', en: 'load (deposit)' },
  0x02: { key: 'load', zh: '充值', en: 'load' },
  0x03: { key: 'unload', zh: '圈提', en: 'unload' },
  0x05: { key: 'deposit-purchase', zh: '电子存折消费', en: 'purchase (deposit)' },
  0x06: { key: 'purchase', zh: '消费', en: 'purchase' },
  0x09: { key: 'composite-purchase', zh: '复合消费', en: 'composite purchase' },
} as const satisfies CodeTable

/** Trip types of EF 1E (reference card 2.5). */
export const TRIP_TYPES = {
  0x00: { key: 'init', zh: '初始', en: 'initial' },
  0x01: { key: 'cash-entry', zh: '电子现金进站', en: 'entry (cash)' },
  0x02: { key: 'cash-exit', zh: '电子现金出站', en: 'exit (cash)' },
  0x03: { key: 'entry', zh: '进站', en: 'entry' },
  0x04: { key: 'exit', zh: '出站', en: 'exit' },
  0x05: { key: 'cash-single', zh: '电子现金单次', en: 'single (cash)' },
  0x06: { key: 'single', zh: '单次消费', en: 'single' },
  0x07: { key: 'cash-repair', zh: '电子现金补票', en: 'repair (cash)' },
  0x08: { key: 'repair', zh: '补票', en: 'repair' },
  0x09: { key: 'cash-load', zh: '电子现金充值', en: 'load (cash)' },
  0x0a: { key: 'load', zh: '充值', en: 'load' },
  0x12: { key: 'lock', zh: '锁卡', en: 'lock' },
} as const satisfies CodeTable

/** Industries of EF 1E; what stands under 0F to 12 is reserved (reference card 2.5). */
export const TRIP_MODES = {
  0x01: { key: 'metro', zh: '地铁', en: 'metro' },
  0x02: { key: 'bus', zh: '公交', en: 'bus' },
  0x03: { key: 'ferry', zh: '轮渡', en: 'ferry' },
  0x04: { key: 'taxi', zh: '出租车', en: 'taxi' },
  0x05: { key: 'rental', zh: '租赁', en: 'rental' },
  0x06: { key: 'bicycle', zh: '公共自行车', en: 'bicycle' },
  0x07: { key: 'parking', zh: '停车', en: 'parking' },
  0x08: { key: 'coach', zh: '长途客运', en: 'coach' },
  0x09: { key: 'ferry', zh: '轮渡', en: 'ferry' },
  0x0a: { key: 'intercity-rail', zh: '城际铁路', en: 'intercity rail' },
  0x0b: { key: 'air', zh: '民航', en: 'air' },
  0x0c: { key: 'motorway', zh: '高速公路', en: 'motorway' },
  0x0d: { key: 'discount', zh: '优惠', en: 'discount' },
  0x0e: { key: 'suburban-rail', zh: '市域铁路', en: 'suburban rail' },
} as const satisfies CodeTable

/** Name of a code, `unknown` where the table has none. */
export function keyOf(table: CodeTable, code: number): string {
  return table[code]?.key ?? 'unknown'
}

/** Text of a code in a language; the code itself, in hexadecimal, where the table has none. */
export function textOf(table: CodeTable, code: number, language: 'en' | 'zh'): string {
  return table[code]?.[language] ?? `${code.toString(16).toUpperCase().padStart(2, '0')}h`
}
