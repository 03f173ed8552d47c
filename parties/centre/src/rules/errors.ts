import type { ErrorTable } from '@unifare/core'

/** Codes with which dated rules are refused. */
export const rulesErrors = {
  'code-list.unknown': { en: 'no such code on this day', zh: '该日期无此代码' },
  'code-list.overlap': { en: 'a row of the code list stands in the way', zh: '代码表生效期重叠' },
  'code-list.not-held': { en: 'this verdict holds no charge', zh: '该结论不属暂挂' },
  'apportion.no-share': { en: 'the rule gives nobody a share', zh: '分账规则未分配任何份额' },
  'apportion.bad-rule': { en: 'the rule of apportionment contradicts itself', zh: '分账规则冲突' },
  'tier.unknown': { en: 'no such centre', zh: '无此清分中心' },
  'tier.bad-result': {
    en: 'the result of the centre above does not come to its parts',
    zh: '上级清分结果与明细不符',
  },
  'tier.bad-rules': { en: 'the tiers of centres contradict each other', zh: '分级清分规则冲突' },
} as const satisfies ErrorTable
