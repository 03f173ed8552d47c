import type { DIFFERENCE_KINDS } from '@unifare/centre'
import type { ErrorText } from '@unifare/core'
import type { ISSUER_DIFFERENCE_KINDS } from '@unifare/issuer'

type Kinds = typeof DIFFERENCE_KINDS & typeof ISSUER_DIFFERENCE_KINDS

/** Where a side of a difference comes from. */
export type SourceName = Kinds[keyof Kinds]['left' | 'right']

/** Words for where a side of a difference comes from. */
export const SOURCES = {
  bank: { en: 'bank', zh: '银行' },
  settlement: { en: 'settlement', zh: '结算' },
  ledger: { en: 'ledger', zh: '账簿' },
  statement: { en: 'statement', zh: '对账单' },
  charges: { en: 'charges', zh: '收费' },
  taps: { en: 'taps', zh: '刷卡记录' },
  card: { en: 'card', zh: '卡片' },
  shadow: { en: 'shadow', zh: '影子余额' },
  cards: { en: 'cards', zh: '卡片' },
  loads: { en: 'loads', zh: '充值' },
  rides: { en: 'rides', zh: '乘车' },
  accounts: { en: 'accounts', zh: '账户' },
  advances: { en: 'advances', zh: '垫付' },
} as const satisfies Readonly<Record<SourceName, ErrorText>>
