import type { ErrorText } from '@unifare/core'

interface DifferenceKind {
  /** The two places that should say the same. */
  readonly left: string
  readonly right: string
  readonly text: ErrorText
  readonly todo: ErrorText
  /** Days after which it is overdue: ours. */
  readonly limitDays: number
}

/** How the records of an issuer can differ among themselves. Names are for ever. */
export const ISSUER_DIFFERENCE_KINDS = {
  'issuer.statement': {
    left: 'statement',
    right: 'ledger',
    text: { en: 'a statement is booked otherwise than it says', zh: '清分对账单与账务分录不符' },
    todo: { en: 'stop collecting; read the statement in again', zh: '暂停收款，重新导入对账单' },
    limitDays: 0,
  },
  'issuer.ride': {
    left: 'statement',
    right: 'rides',
    text: {
      en: 'a charge of a statement is not the ride that is kept',
      zh: '对账单收费与行程记录不符',
    },
    todo: { en: 'read the statement in again', zh: '重新导入对账单' },
    limitDays: 0,
  },
  'issuer.overspent': {
    left: 'cards',
    right: 'loads',
    text: { en: 'a card spent more than was loaded', zh: '卡片消费超过充值总额' },
    todo: {
      en: 'look for a load in doubt and ask the card for its proof; without one deny the card',
      zh: '查找存疑充值并读取卡片交易证明；如无则列入止付名单',
    },
    limitDays: 3,
  },
  'issuer.debt': {
    left: 'accounts',
    right: 'advances',
    text: { en: "an account's debt is not the sum of its advances", zh: '账户欠款与垫付合计不符' },
    todo: {
      en: 'stop its recovery; rebuild the account from the journal',
      zh: '暂停追缴，从日志重建账户',
    },
    limitDays: 0,
  },
  'issuer.debt-ledger': {
    left: 'ledger',
    right: 'accounts',
    text: {
      en: 'the debts on the books are not those of the accounts',
      zh: '账簿欠款与账户欠款合计不符',
    },
    todo: { en: 'compare day by day from the last day that agreed', zh: '自最后相符日起逐日核对' },
    limitDays: 0,
  },
  'issuer.balance': {
    left: 'ledger',
    right: 'ledger',
    text: {
      en: 'an account holds otherwise than its entries add up to',
      zh: '账户余额与分录合计不符',
    },
    todo: { en: 'rebuild the balances from the journal', zh: '从日志重建账户余额' },
    limitDays: 0,
  },
} as const satisfies Record<string, DifferenceKind>

export type IssuerDifferenceName = keyof typeof ISSUER_DIFFERENCE_KINDS
