import type { ErrorText } from '@unifare/core'

/** Where the two sides of a comparison come from. */
export type Source =
  | 'bank'
  | 'settlement'
  | 'ledger'
  | 'statement'
  | 'charges'
  | 'taps'
  | 'card'
  | 'shadow'

interface DifferenceKind {
  readonly left: Source
  readonly right: Source
  readonly text: ErrorText
  /** What whoever answers for it does. */
  readonly todo: ErrorText
  /** Days after which it is overdue: ours. */
  readonly limitDays: number
}

/** Every way in which two records of the same money can differ. Names are for ever. */
export const DIFFERENCE_KINDS = {
  'bank.unpaid': {
    left: 'settlement',
    right: 'bank',
    text: { en: 'instructed, and not on the statement', zh: '已发结算指令，银行未入账' },
    todo: {
      en: 'ask the debtor and the bank; the item closes with the bank line',
      zh: '向付款方及银行查询；银行入账后自动关闭',
    },
    limitDays: 1,
  },
  'bank.unexpected': {
    left: 'settlement',
    right: 'bank',
    text: { en: 'on the statement, and never instructed', zh: '银行入账，无对应结算指令' },
    todo: {
      en: 'find the payer; return the money, or book it with the order that it belongs to',
      zh: '查明来款方，退回或补记对应指令',
    },
    limitDays: 3,
  },
  'bank.amount': {
    left: 'settlement',
    right: 'bank',
    text: { en: 'paid with another amount', zh: '银行金额与指令不符' },
    todo: { en: 'claim or return the difference', zh: '追收或退回差额' },
    limitDays: 3,
  },
  'bank.party': {
    left: 'settlement',
    right: 'bank',
    text: { en: 'paid by, or to, somebody else', zh: '收付款方与指令不符' },
    todo: { en: 'confirm with both members whose money it is', zh: '与双方成员核实款项归属' },
    limitDays: 3,
  },
  'bank.twice': {
    left: 'settlement',
    right: 'bank',
    text: { en: 'paid more than once', zh: '重复付款' },
    todo: { en: 'return the second payment', zh: '退回重复款项' },
    limitDays: 3,
  },
  'ledger.settlement': {
    left: 'settlement',
    right: 'ledger',
    text: { en: 'a position is booked otherwise than netted', zh: '账务分录与清分头寸不符' },
    todo: {
      en: 'stop the payment; run the day again and compare the roots',
      zh: '暂停付款，重跑该日并比对日根',
    },
    limitDays: 0,
  },
  'ledger.balance': {
    left: 'ledger',
    right: 'ledger',
    text: {
      en: 'an account holds otherwise than its entries add up to',
      zh: '账户余额与分录合计不符',
    },
    todo: { en: 'rebuild the balances from the journal', zh: '从日志重建账户余额' },
    limitDays: 0,
  },
  'statement.position': {
    left: 'settlement',
    right: 'statement',
    text: { en: "a statement's lines come to another position", zh: '对账单明细与头寸不符' },
    todo: {
      en: 'stop the payment; write the statement again from the day',
      zh: '暂停付款，按该日重出对账单',
    },
    limitDays: 0,
  },
  'terminal.uncharged': {
    left: 'taps',
    right: 'charges',
    text: { en: 'a card was debited and nobody charged it', zh: '卡片已扣款，收单机构未申请收费' },
    todo: {
      en: 'ask the operator for the charge; it closes when the charge comes',
      zh: '要求收单机构补报收费；收费到达后自动关闭',
    },
    limitDays: 7,
  },
  'terminal.missing-tap': {
    left: 'taps',
    right: 'charges',
    text: { en: 'charged, and the tap was not delivered', zh: '已申请收费，刷卡记录未上传' },
    todo: {
      en: 'ask the operator to upload from the named sequence again; the charge may then be corrected',
      zh: '要求收单机构从该序号重新上传，再更正收费',
    },
    limitDays: 7,
  },
  'terminal.amount': {
    left: 'taps',
    right: 'charges',
    text: { en: 'charged otherwise than the card was debited', zh: '收费金额与卡片扣款不符' },
    todo: { en: 'the card decides: have the charge corrected', zh: '以卡片扣款为准，更正收费' },
    limitDays: 7,
  },
  'terminal.twice': {
    left: 'taps',
    right: 'charges',
    text: { en: 'one tap stands in two charges', zh: '同一记录被重复收费' },
    todo: { en: 'have one of the charges withdrawn', zh: '撤销其中一笔收费' },
    limitDays: 7,
  },
  'charge.refused': {
    left: 'card',
    right: 'settlement',
    text: { en: 'money left a card and did not settle', zh: '卡片已扣款，该收费未结算' },
    todo: {
      en: 'act by its verdict: correct and present it again, or return the money to the rider',
      zh: '按清分结论处理：更正重报，或退还乘客',
    },
    limitDays: 30,
  },
  'card.gap': {
    left: 'card',
    right: 'taps',
    text: { en: "transactions of a card's counter are missing", zh: '卡片交易序号缺失' },
    todo: {
      en: 'wait for the late upload; it closes when the missing tap comes',
      zh: '等待迟到上传；缺失记录到达后自动关闭',
    },
    limitDays: 30,
  },
  'card.less': {
    left: 'card',
    right: 'taps',
    text: { en: 'a card holds less than before minus amount', zh: '卡片余额少于“前额减金额”' },
    todo: {
      en: 'show the taps to the issuer: a debit is hidden or forged',
      zh: '交发卡机构核查：可能有隐藏或伪造扣款',
    },
    limitDays: 3,
  },
  'card.more': {
    left: 'card',
    right: 'taps',
    text: {
      en: 'a card holds more, and no load explains it',
      zh: '卡片余额增加，无充值订单可解释',
    },
    todo: {
      en: 'ask the issuer for the load; without one the card is suspect: deny it',
      zh: '向发卡机构核实充值；如无充值，列入止付名单',
    },
    limitDays: 3,
  },
  'card.conflict': {
    left: 'card',
    right: 'taps',
    text: { en: 'one counter of a card tells of two debits', zh: '同一卡片序号出现两笔扣款' },
    todo: {
      en: 'open a conflict case: one of the two is forged',
      zh: '转入冲突案件：其中一笔系伪造',
    },
    limitDays: 3,
  },
  'card.shadow': {
    left: 'shadow',
    right: 'taps',
    text: { en: 'the kept shadow is not the last settled tap', zh: '影子余额与最后结算记录不符' },
    todo: { en: 'rebuild the shadows from the closed days', zh: '按已关账各日重建影子余额' },
    limitDays: 0,
  },
} as const satisfies Record<string, DifferenceKind>

export type DifferenceName = keyof typeof DIFFERENCE_KINDS
