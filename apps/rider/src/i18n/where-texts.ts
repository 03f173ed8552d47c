import type { Texts } from '@unifare/language'

/** Where one can ride. */
export const whereTexts = {
  where: { zh: '去哪乘', en: 'Where to ride' },
  hint: { zh: '以下机构都认同一个码。', en: 'All of these take the same code.' },
  none: { zh: '联网后显示可乘的机构。', en: 'Members are shown after going online once.' },
  lines: { zh: (lines: string) => `线路 ${lines}`, en: (lines: string) => `Lines ${lines}` },
  join: { zh: '加入月累计优惠', en: 'Join its monthly steps' },
  leave: { zh: '退出月累计优惠', en: 'Leave its monthly steps' },
  joinWhy: {
    zh: '加入后，本月在这家机构的乘车会累计计价，各机构在本月内都能认出这是同一位乘客。',
    en: 'Once joined, rides of this month count together there; operators can tell this month that it is the same rider.',
  },
} as const satisfies Texts
