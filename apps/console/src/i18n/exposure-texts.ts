import type { Text, Texts } from '@unifare/language'
import type { ExposureFormula, ExposureInput } from '../model-exposure.ts'

/** What offline acceptance can cost. */
export const exposureTexts = {
  title: { zh: '风险敞口', en: 'Exposure' },
  lead: {
    zh: '终端脱机也能放行，代价是多少：每条公式给出最坏情况的损失，移动滑块即可重算。',
    en: 'Terminals decide offline; what can that cost? Each formula gives the largest loss. Move a slider to compute it anew.',
  },
  riskClass: { zh: '风险等级', en: 'Risk class' },
  reset: { zh: '恢复配置值', en: 'Back to the configured values' },
  configured: { zh: '网络配置', en: 'configured' },
  assumed: { zh: '假定', en: 'assumed' },
  changed: { zh: '已改动', en: 'changed' },
  withinAll: {
    zh: '全部损失都在限额之内',
    en: 'Every loss is within its cap',
  },
  above: { zh: '超过限额', en: 'above the cap' },
  within: { zh: '限额之内', en: 'within the cap' },
  noLimit: { zh: '未设限额', en: 'no cap set' },
  limit: { zh: (amount: string) => `限额 ${amount}`, en: (amount: string) => `cap ${amount}` },
  aboveSome: {
    zh: (count: string) => `${count} 项损失超过限额：`,
    en: (count: string) => `Losses above their caps: ${count}.`,
  },
  loss: { zh: '损失，元', en: 'loss, CNY' },
  lossColumn: { zh: '损失（元）', en: 'Loss (CNY)' },
  table: { zh: '以表格显示', en: 'As a table' },
  picture: {
    zh: (name: string, over: string) => `${name}随${over}的变化`,
    en: (name: string, over: string) => `${name} over ${over}`,
  },
  groupPhone: { zh: '一部手机、一个账户、一个码', en: 'One phone, one account, one code' },
  groupPhoneLead: {
    zh: '不打算付钱的人，在名单到达终端之前能乘多少次。',
    en: 'How often someone who will not pay can ride before the deny list reaches the terminals.',
  },
  groupCard: { zh: '遗失与预付', en: 'Lost and prepaid' },
  groupCardLead: {
    zh: '遗失的卡或手机，最多损失其中的余额；预付凭证由押金承担。',
    en: 'A lost card or phone never loses more than it holds; a prepaid credential is carried by what was reserved.',
  },
  groupPopulation: { zh: '全体乘客', en: 'The whole population' },
  groupPopulationLead: {
    zh: '首次乘车的损失，以及发卡机构垫付后收不回的金额。',
    en: 'First rides that are never paid, and what issuers advance and do not get back.',
  },
  ages: { zh: '名单越旧，放行越少', en: 'The older its lists, the less a terminal takes' },
  agesLead: {
    zh: '终端脱机时仍收卡；收哪些码，取决于名单最后更新的时间。',
    en: 'Cards are taken at every age; which codes are taken depends on when the lists were last current.',
  },
  ageColumn: { zh: '名单时间', en: 'Age of the lists' },
  codesColumn: { zh: '收哪些码', en: 'Codes taken' },
  companionsColumn: { zh: '同行人', en: 'Companions' },
  usesColumn: { zh: '每账户在本终端', en: 'Rides of one account' },
  alarmColumn: { zh: '报警', en: 'Alarm' },
  ageUpTo: { zh: (age: string) => `${age}以内`, en: (age: string) => `up to ${age}` },
  ageOlder: { zh: '更旧', en: 'older' },
  hours: { zh: (count: string) => `${count} 小时`, en: (count: string) => `${count} h` },
  days: { zh: (count: string) => `${count} 天`, en: (count: string) => `${count} days` },
  codesAll: { zh: '全部', en: 'all' },
  codesRecent: { zh: '一天内签发的凭证', en: 'credentials of the last day' },
  codesNone: { zh: '不收', en: 'none' },
  yes: { zh: '是', en: 'yes' },
  no: { zh: '否', en: 'no' },
  usesUnbounded: { zh: '不限', en: 'any' },
} as const satisfies Texts

/** What each symbol means. */
export const inputTexts = {
  capFen: { zh: '单次最高票价', en: 'highest fare of one use' },
  validityS: { zh: '凭证有效期', en: 'validity of a credential' },
  denyLatencyS: { zh: '名单延迟', en: 'deny latency' },
  terminalOfflineS: { zh: '终端最长脱机', en: 'longest time a terminal is offline' },
  ridesPerHour: { zh: '每人每小时乘次', en: 'rides of one person in an hour' },
  accomplices: { zh: '共用一个账户的人数', en: 'people who share one account' },
  terminalsInFreshness: { zh: '一码可到达的终端数', en: 'terminals one fresh code can reach' },
  balanceFen: { zh: '卡内余额', en: 'balance of the card' },
  reportDelayS: { zh: '挂失前的时间', en: 'time until it is reported' },
  uses: { zh: '同时使用的次数', en: 'uses at the same time' },
  reservedFen: { zh: '预留金额', en: 'amount reserved' },
  ridesPerDay: { zh: '每日乘次', en: 'rides a day' },
  fareFen: { zh: '平均票价', en: 'mean fare' },
  newSharePpm: { zh: '首次出现的乘客占比', en: 'share of first-seen riders' },
  newDefaultPpm: { zh: '其中从不付款的占比', en: 'share of them who never pay' },
  newCollectedPpm: { zh: '事后追回的占比', en: 'share of debts collected later' },
  advancedPpm: { zh: '垫付的票款占比', en: 'share of fares advanced' },
  repaidPpm: { zh: '垫付后收回的占比', en: 'share of advances repaid' },
  repaidAfterDays: { zh: '平均收回天数', en: 'days until they are repaid' },
  writeOffDays: { zh: '核销前的天数', en: 'days to the write-off' },
} as const satisfies Record<ExposureInput, Text<string>>

/** What each formula tells. */
export const formulaTexts = {
  onePhone: { zh: '一部不付款的手机', en: 'One phone that will not pay' },
  onePhoneOffline: { zh: '一部手机，终端脱机', en: 'One phone, terminals offline' },
  sharedAccount: { zh: '多人共用一个账户', en: 'One account shared' },
  sharedCode: { zh: '同一个码在多台终端', en: 'One code at many terminals' },
  lostMedium: { zh: '遗失的卡', en: 'A lost card' },
  prepaid: { zh: '预付凭证多处同时使用', en: 'Prepaid, used at once' },
  newRiders: { zh: '首次乘车，每日损失', en: 'First rides, loss a day' },
  debtBook: { zh: '垫付未收回的余额', en: 'Debt book, outstanding' },
  lossPerDay: { zh: '垫付收不回，每日损失', en: 'Advances never repaid, loss a day' },
} as const satisfies Record<ExposureFormula, Text<string>>

/** Units behind a number. */
export const unitTexts = {
  yuan: { zh: '元', en: 'CNY' },
  hours: { zh: '小时', en: 'h' },
  minutes: { zh: '分钟', en: 'min' },
  days: { zh: '天', en: 'days' },
  percent: { zh: '%', en: '%' },
  times: { zh: '', en: '' },
  perHour: { zh: '次/小时', en: '/h' },
} as const
