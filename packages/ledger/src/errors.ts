import type { ErrorTable } from '@unifare/core'

/** Codes of this package. */
export const ledgerErrors = {
  'ledger.unbalanced': { en: 'the postings do not sum to zero', zh: '分录借贷不平' },
  'ledger.conflict': { en: 'an entry of this id has other content', zh: '同号分录内容不一致' },
  'ledger.bad-entry': { en: 'not a valid ledger entry', zh: '分录无效' },
  'ledger.bad-days': { en: 'the first day is after the last', zh: '起始日晚于截止日' },
  'ledger.no-program': { en: 'the accounting program is not installed', zh: '未安装该记账程序' },
} as const satisfies ErrorTable
