import type { Texts } from '@unifare/language'

/** Header, banner and states of the whole page. */
export const shellTexts = {
  tagline: { zh: '一次出行，从刷卡到清分', en: 'One ride, from tap to settlement' },
  banner: {
    zh: '这是模拟数据：成员机构、乘客与金额均为演示而设，地铁线网由程序生成，不代表任何真实机构。',
    en: 'Simulated: members, riders and amounts are made up for this demonstration and station networks are generated. Nothing here describes a real institution.',
  },
  bannerLabel: { zh: '模拟数据说明', en: 'About the data' },
  businessDay: { zh: '营业日', en: 'Business day' },
  clock: { zh: '北京时间', en: 'Beijing time' },
  clockNote: { zh: '加速', en: 'accelerated' },
  dayPassed: { zh: '营业日进程', en: 'Business day so far' },
  language: { zh: '语言', en: 'Language' },
  phases: { zh: '阶段', en: 'Phases' },
  preparing: { zh: '准备', en: 'Preparing' },
  riding: { zh: '出行', en: 'Riding' },
  closing: { zh: '关账', en: 'Closing' },
  settled: { zh: '已结算', en: 'Settled' },
  pages: { zh: '页面', en: 'Pages' },
  pageDay: { zh: '运营日', en: 'The day' },
  pageCentre: { zh: '清分中心', en: 'Centre' },
  pageTariffs: { zh: '票价', en: 'Tariffs' },
  pageExposure: { zh: '风险敞口', en: 'Exposure' },
  skip: { zh: '跳到结算', en: 'Skip to the settlement' },
  loading: { zh: '正在连接网络…', en: 'Connecting to the network…' },
  unreachable: { zh: '网络没有应答', en: 'The network does not answer' },
  unreachableNext: {
    zh: '确认“unifare start”仍在运行；本页会自动重新连接。',
    en: 'Check that “unifare start” is still running; this page reconnects by itself.',
  },
  refused: { zh: '网络不能回答', en: 'The network has no answer to this' },
  lost: {
    zh: '连接已断开，正在重新连接。以下是最后收到的状态。',
    en: 'Connection lost, reconnecting. What you see is the last state received.',
  },
  seed: { zh: '随机种子', en: 'Seed' },
} as const satisfies Texts
