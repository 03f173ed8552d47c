import type { Texts } from '@unifare/language'

/** Frame of the page: bars, states of the network, the way in. */
export const pageTexts = {
  title: { zh: '乘车码', en: 'Ride code' },
  tabs: { zh: '页面', en: 'Pages' },
  tabCode: { zh: '乘车码', en: 'Code' },
  tabTrips: { zh: '行程', en: 'Trips' },
  tabWhere: { zh: '去哪乘', en: 'Where' },
  tabMe: { zh: '我的', en: 'Me' },
  language: { zh: '语言', en: 'Language' },
  connected: { zh: '已联网', en: 'Online' },
  away: { zh: '离线', en: 'Offline' },
  asking: { zh: '连接中', en: 'Connecting' },
  loading: { zh: '正在打开…', en: 'Opening…' },
  back: { zh: '返回', en: 'Back' },
  simulated: {
    zh: '演示系统：机构与金额均为模拟，不动用真实资金。',
    en: 'A demonstration: members and amounts are simulated, no real money moves.',
  },
  elsewhere: { zh: '乘车码已在另一个标签页打开', en: 'Your code is open in another tab' },
  elsewhereWhy: {
    zh: '同一时刻只有一个页面生成乘车码，避免两次扫码互相冲突。',
    en: 'Only one page makes codes at a time, so that no two of them collide at a gate.',
  },
  useHere: { zh: '在这里使用', en: 'Use it here' },
  noStore: { zh: '浏览器不允许保存数据', en: 'This browser keeps nothing' },
  noStoreWhy: {
    zh: '乘车码的密钥只保存在本机。请退出无痕模式，或使用 HTTPS 地址打开。',
    en: 'The keys of your code live on this device alone. Leave private browsing, or open the HTTPS address.',
  },
} as const satisfies Texts

/** The first start. */
export const startTexts = {
  headline: { zh: '一码通行各城', en: 'One code, every city' },
  promise1: {
    zh: '公交、地铁都用这一个码，不选城市',
    en: 'Bus or metro, one code; no city to choose',
  },
  promise2: { zh: '没有网络也能乘车', en: 'Works without network' },
  promise3: { zh: '不需要姓名和手机号', en: 'No name and no number needed' },
  start: { zh: '开通乘车码', en: 'Start' },
  starting: { zh: '正在开通…', en: 'Starting…' },
  prepaid: {
    zh: (amount: string) => `预付 ${amount} 开通，不签约`,
    en: (amount: string) => `Start prepaid with ${amount}, no contract`,
  },
  agree: {
    zh: (limit: string) => `点“开通”即同意：每次乘车从模拟账户扣款，单次不超过 ${limit}。`,
    en: (limit: string) =>
      `By starting you agree that rides are paid from a simulated account, at most ${limit} each.`,
  },
} as const satisfies Texts

/** The code itself. */
export const codeTexts = {
  picture: {
    zh: '乘车二维码，请将屏幕对准扫码口',
    en: 'Ride code as a QR symbol: hold the screen to the reader',
  },
  hold: { zh: '将屏幕对准扫码口', en: 'Hold the screen to the reader' },
  refresh: { zh: '刷新', en: 'New code' },
  until: {
    zh: (time: string) => `离线可用至 ${time}`,
    en: (time: string) => `Works offline until ${time}`,
  },
  people: { zh: '出示谁的码', en: 'Whose code' },
  mine: { zh: '我', en: 'Me' },
  companion: {
    zh: (number: string) => `同行 ${number}`,
    en: (number: string) => `Guest ${number}`,
  },
  noCode: { zh: '现在不能出码', en: 'No code right now' },
  again: { zh: '联网重试', en: 'Try again online' },
} as const satisfies Texts
