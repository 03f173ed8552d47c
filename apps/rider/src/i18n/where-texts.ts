import type { Texts } from './text.ts'

/** Where one can ride. */
export const whereTexts = {
  where: { zh: '去哪乘', en: 'Where to ride' },
  hint: { zh: '以下机构都认同一个码。', en: 'All of these take the same code.' },
  none: { zh: '联网后显示可乘的机构。', en: 'Members are shown after going online once.' },
  lines: { zh: (lines: string) => `线路 ${lines}`, en: (lines: string) => `Lines ${lines}` },
} as const satisfies Texts
