import type { ErrorTable } from '@unifare/core'

/** Why a file of the bank cannot be taken, or none be written. */
export const reconciliationErrors = {
  'bank.bad-statement': { en: 'not a bank statement that adds up', zh: '银行对账单无法读取或不平' },
  'bank.wrong-currency': { en: 'the statement is in another currency', zh: '对账单币种不符' },
  'bank.bad-payment': { en: 'no payment can be made of this', zh: '无法生成付款指令' },
  'bank.conflict': {
    en: 'the bank told this line before with other content',
    zh: '同一银行流水此前内容不同',
  },
} as const satisfies ErrorTable
