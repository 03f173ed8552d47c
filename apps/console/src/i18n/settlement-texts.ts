import type { Texts } from '@unifare/language'

/** The closed day. */
export const settlementTexts = {
  title: { zh: '当日结算', en: "The day's settlement" },
  lead: {
    zh: '各成员轧差净额之和必须为零。',
    en: 'The nets of all members must sum to zero.',
  },
  waiting: { zh: '尚未关账', en: 'The day is still open' },
  waitingNext: {
    zh: '营业日 03:00 结束后关账，结算会出现在这里。',
    en: 'It is closed after 03:00, the end of the business day; the settlement appears here.',
  },
  closing: { zh: '正在关账', en: 'Closing the day' },
  closingNext: {
    zh: '核验每一笔凭证、清分、轧差，再完整重算一遍。',
    en: 'Verifying every piece of evidence, clearing, netting, then running it all again.',
  },
  settled: { zh: '结算金额', en: 'Settled' },
  taps: { zh: '刷卡', en: 'Taps' },
  sum: { zh: '净额之和', en: 'Sum of nets' },
  sumOk: { zh: '平', en: 'balanced' },
  sumBad: { zh: '不平', en: 'not balanced' },
  collected: { zh: '码乘已扣款', en: 'Code rides paid' },
  advanced: { zh: '码乘垫付', en: 'Code rides advanced' },
  rejected: { zh: '未清分', en: 'Not cleared' },
  rejectedNone: { zh: '全部收费均已清分', en: 'Every charge was cleared' },
  refusedNone: { zh: '没有拒绝', en: 'None was refused' },
  refusals: { zh: '终端拒绝的原因', en: 'Why terminals refused' },
  seal: { zh: '清讫', en: 'CLEARED' },
  matrix: { zh: '谁的乘客，乘了谁的车', en: 'Whose riders rode with whom' },
  matrixNote: {
    zh: '行为发卡机构，列为运营机构，单位元。边框标出本地乘车。',
    en: 'Rows are issuers, columns are operators, in CNY. Outlined: rides at home.',
  },
  issuer: { zh: '发卡机构', en: 'Issuer' },
  total: { zh: '合计', en: 'Total' },
  members: { zh: '各成员净额', en: 'Nets of the members' },
  membersNote: {
    zh: '应收减应付，已扣手续费，单位元。',
    en: 'Receivable less payable, after fees, in CNY.',
  },
  member: { zh: '成员', en: 'Member' },
  role: { zh: '角色', en: 'Role' },
  receivable: { zh: '应收', en: 'Receivable' },
  payable: { zh: '应付', en: 'Payable' },
  net: { zh: '净额', en: 'Net' },
  roots: { zh: '同一天，算两遍', en: 'One day, run twice' },
  rootsNote: {
    zh: '当日根哈希覆盖全部结果。从封存的输入完整重算，逐字节相同。',
    en: 'The root covers every result of the day. Run again from the sealed inputs, it is identical byte for byte.',
  },
  root: { zh: '当日根', en: 'Day root' },
  rerun: { zh: '重算根', en: 'Re-run root' },
  same: { zh: '一致', en: 'identical' },
  differs: { zh: '不一致', en: 'different' },
  scroll: { zh: '可横向滚动的表格', en: 'Table, scrolls sideways' },
} as const satisfies Texts
