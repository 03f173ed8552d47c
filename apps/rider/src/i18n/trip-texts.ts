import type { Text, Texts } from '@unifare/language'

/** Where a trip stands, in a word and in a sentence. `not-uploaded` is known by the phone alone. */
export const tripStates = {
  'at-gate': { zh: '在闸机前', en: 'At the gate' },
  inside: { zh: '已进站', en: 'Inside' },
  incomplete: { zh: '缺一端', en: 'Incomplete' },
  charged: { zh: '已计费', en: 'Charged' },
  void: { zh: '不收费', en: 'Void' },
  'not-uploaded': { zh: '尚未上传', en: 'Not yet uploaded' },
} as const satisfies Record<string, Text<string>>

/** The same in a sentence. */
export const tripMeanings = {
  'at-gate': {
    zh: '码已接受，还没有通过闸机。此时不收费。',
    en: 'The code was accepted; you have not passed the gate. Nothing is charged.',
  },
  inside: {
    zh: '已通过进站闸机，出站后计价。',
    en: 'You passed the entry gate. The price is known after the exit.',
  },
  incomplete: {
    zh: '只见到进站或出站的一端，正在等待另一端的记录。',
    en: 'Only one end of the trip is known; its other end is awaited.',
  },
  charged: { zh: '已计价，并送交清分。', en: 'Priced, and sent to settlement.' },
  void: { zh: '这次行程不收费，以后也不会。', en: 'Nothing is asked for this trip, now or later.' },
  'not-uploaded': {
    zh: '当时出示过码，还没有闸机报告。如果您没有乘车，不必理会。',
    en: 'A code was shown then, and no gate has reported. If you did not ride, ignore it.',
  },
} as const satisfies Record<keyof typeof tripStates, Text<string>>

/** What became of the money. */
export const moneyStates = {
  due: { zh: '待扣款', en: 'to be debited' },
  paid: { zh: '已扣款', en: 'paid' },
  advanced: { zh: '发卡机构已垫付，请补缴', en: 'advanced by the issuer: please repay' },
  repaid: { zh: '已补缴', en: 'repaid' },
  credit: { zh: '已更正，差额待退还', en: 'corrected: the difference comes back to you' },
  credited: { zh: '已更正，差额已退还', en: 'corrected: the difference was given back' },
  rejected: { zh: '未清分，不扣款', en: 'not settled, not debited' },
} as const satisfies Record<string, Text<string>>

/** On vehicles without gates one is on board, not inside. */
export const boardedTexts = {
  state: { zh: '已上车', en: 'On board' },
  meaning: {
    zh: '已上车。下车刷码后计价。',
    en: 'You are on board. The price is known after you scan to get off.',
  },
} as const satisfies Texts

export const modeTexts = {
  bus: { zh: '公交', en: 'Bus' },
  metro: { zh: '地铁', en: 'Metro' },
  taxi: { zh: '出租汽车', en: 'Taxi' },
  ferry: { zh: '轮渡', en: 'Ferry' },
  'light-rail': { zh: '轻轨', en: 'Light rail' },
  bicycle: { zh: '公共自行车', en: 'Public bicycle' },
  brt: { zh: '快速公交', en: 'BRT' },
  cableway: { zh: '索道', en: 'Cableway' },
} as const satisfies Record<string, Text<string>>

/** The list of trips, and one of them. */
export const tripTexts = {
  trips: { zh: '行程', en: 'Trips' },
  none: { zh: '还没有行程', en: 'No trips yet' },
  noneWhy: {
    zh: '扫码乘车后，这里会显示每次行程的真实状态。',
    en: 'After a ride you see here how it truly stands.',
  },
  newsAt: { zh: (time: string) => `${time} 的消息`, en: (time: string) => `News of ${time}` },
  unknownYet: { zh: '尚未可知', en: 'Unknown yet' },
  unknownSince: {
    zh: (time: string) => `手机离线，${time} 之后的情况尚未可知。`,
    en: (time: string) => `This phone is offline: what happened after ${time} is unknown yet.`,
  },
  unknownAll: {
    zh: '手机离线，还没有收到过消息：行程尚未可知。',
    en: 'This phone is offline and has heard nothing so far: trips are unknown yet.',
  },
  since: { zh: (time: string) => `自 ${time}`, en: (time: string) => `since ${time}` },
  shown: {
    zh: (from: string, to: string) => `${from}–${to} 出示过码`,
    en: (from: string, to: string) => `Code shown ${from}–${to}`,
  },
  shownAt: {
    zh: (time: string) => `${time} 出示过码`,
    en: (time: string) => `Code shown at ${time}`,
  },
  line: { zh: (line: string) => `${line} 号线`, en: (line: string) => `Line ${line}` },
  route: { zh: (line: string) => `${line} 路`, en: (line: string) => `Route ${line}` },
  from: { zh: '上车', en: 'From' },
  to: { zh: '下车', en: 'To' },
  price: { zh: '价格怎么来的', en: 'How the price came about' },
  sum: { zh: '合计', en: 'Total' },
  corrected: { zh: '更正前', en: 'Before the correction' },
  payment: { zh: '付款', en: 'Payment' },
  reason: { zh: '原因', en: 'Why' },
  saidBy: { zh: '消息来自', en: 'Said by' },
  openPrice: { zh: '待定', en: 'not known yet' },
} as const satisfies Texts
