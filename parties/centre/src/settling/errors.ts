import type { ErrorTable } from '@unifare/core'

/** Codes with which settlement refuses. */
export const settlingErrors = {
  'window.unknown': { en: 'no such settlement window', zh: '无此结算窗口' },
  'window.no-rule': { en: 'no rule of windows holds on this day', zh: '该日没有生效的窗口规则' },
  'window.no-model': { en: 'no settlement model for these members', zh: '成员间未配置结算模式' },
  'window.bad-model': { en: 'settlement models contradict each other', zh: '结算模式规则冲突' },
  'window.wrong-state': { en: 'the window is not in a state for this', zh: '窗口状态不允许此操作' },
  'window.wrong-role': { en: 'this role may not do this', zh: '该角色无权执行此操作' },
  'window.needs-approval': { en: 'a second person must approve', zh: '须由第二人复核' },
  'window.not-over': { en: 'days of the window are still open', zh: '窗口内仍有未关账的清算日' },
  'window.too-early': { en: 'booked before the value date', zh: '记账日早于起息日' },
  'reserve.unknown': { en: 'the member has no reserve account', zh: '该成员没有备付金账户' },
  'reserve.bad-terms': { en: 'terms of a reserve account are amounts', zh: '备付金条件须为金额' },
  'reserve.short': {
    en: 'the reserve of a member does not cover what it pays',
    zh: '成员备付金余额不足以支付应付款',
  },
  'reserve.not-withdrawable': {
    en: 'deposit and debts need this money',
    zh: '保证金和应付款占用，不可提取',
  },
} as const satisfies ErrorTable
