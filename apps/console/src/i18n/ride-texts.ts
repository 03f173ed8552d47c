import type { Texts } from '@unifare/language'

/** The last rides, a ride's price and its way to the statements. */
export const rideTexts = {
  title: { zh: '最近刷卡', en: 'Last taps' },
  lead: { zh: '选择一笔，查看票价与去向', en: 'Choose one to see its price and its way' },
  onlyCity: { zh: (city) => `只看${city}`, en: (city) => `${city} only` },
  allCities: { zh: '显示全部', en: 'Show all' },
  none: { zh: '尚无刷卡', en: 'No taps yet' },
  noneNext: { zh: '首班车之后，刷卡会出现在这里。', en: 'Taps appear here once the day begins.' },
  noneHere: { zh: '该城市近期没有刷卡', en: 'No recent taps in this city' },
  card: { zh: '交通卡', en: 'card' },
  code: { zh: '乘车码', en: 'ride code' },
  pendingPrice: { zh: '待计价', en: 'to be priced' },
  atTheEnd: { zh: '行程结束计费', en: 'priced at the end' },
  noCharge: { zh: '不计费', en: 'no charge' },
  yuan: { zh: '元', en: 'CNY' },
  detail: { zh: '一笔刷卡的去向', en: 'One tap, all the way' },
  detailLead: {
    zh: '从终端写下的字节，到两份对账单上的金额。',
    en: 'From the bytes a terminal wrote to the fen on two statements.',
  },
  choose: { zh: '请在列表中选择一笔刷卡。', en: 'Choose a tap in the list above.' },
  back: { zh: '返回列表', en: 'Back to the list' },
  price: { zh: '票价明细', en: 'The price' },
  total: { zh: '合计', en: 'Total' },
  tariff: { zh: '票价表', en: 'Tariff' },
  version: { zh: (version) => `第 ${version} 版`, en: (version) => `version ${version}` },
  source: { zh: '来源', en: 'Source' },
  distance: { zh: '里程', en: 'Distance' },
  stations: { zh: '车站', en: 'Stations' },
  between: { zh: (from, to) => `${from} 号站至 ${to} 号站`, en: (from, to) => `${from} to ${to}` },
  refusedPrice: {
    zh: '终端当场拒绝，因此没有票价，也没有收费。',
    en: 'The terminal refused at once, so there is no price and no charge.',
  },
  waitingPrice: {
    zh: '进出站配对后，由运营机构计价。',
    en: 'The operator prices it once entry and exit are paired.',
  },
  way: { zh: '从刷卡到对账单', en: 'From tap to statements' },
  wayLoading: { zh: '正在读取…', en: 'Reading…' },
  wayUnknown: {
    zh: '运营机构还没有收到这笔刷卡：它仍在终端日志里，等待上传。',
    en: "No operator knows this tap yet: it is still in the terminal's journal, waiting for its upload.",
  },
  wayLost: {
    zh: '网络没有应答，去向暂时无法读取。',
    en: 'The network does not answer; the way cannot be read now.',
  },
  notYet: { zh: '尚未到达', en: 'Not reached yet' },
  neverReached: {
    zh: '到此为止：拒绝的刷卡不计费',
    en: 'Ends here: a refused tap is never charged',
  },
  ledgerNote: {
    zh: '按日汇总入账，本笔包含在内',
    en: 'booked as totals of the day, this tap among them',
  },
  raw: { zh: '原始内容', en: 'As stored' },
  bytes: { zh: '字节', en: 'bytes' },
  head: { zh: '定长头部', en: 'fixed head' },
  evidence: { zh: '凭证，原样传递', en: 'evidence, forwarded verbatim' },
} as const satisfies Texts

/** Labels of what a stage of the way tells. */
export const factTexts = {
  record: { zh: '记录', en: 'Record' },
  identity: { zh: '介质标识', en: 'Medium' },
  size: { zh: '长度', en: 'Length' },
  state: { zh: '状态', en: 'State' },
  note: { zh: '说明', en: 'Note' },
  charge: { zh: '收费编号', en: 'Charge' },
  amount: { zh: '金额', en: 'Amount' },
  verdict: { zh: '结论', en: 'Verdict' },
  day: { zh: '清算日', en: 'Day' },
  receives: { zh: '扣费后应收', en: 'Receives after fees' },
  pays: { zh: '扣费后应付', en: 'Pays after fees' },
  counterparty: { zh: '对方', en: 'Counterparty' },
  rider: { zh: '乘客', en: 'Rider' },
} as const satisfies Texts

/** Names of the stages, for those that have not been reached. */
export const stageTexts = {
  journal: { zh: '终端日志', en: "Terminal's journal" },
  operator: { zh: '运营机构受理', en: 'Taken in by the operator' },
  charge: { zh: '收费', en: 'Charge' },
  verdict: { zh: '清分结论', en: "Clearing's verdict" },
  ledger: { zh: '清分中心账务', en: "Centre's ledger" },
  'statement-operator': { zh: '运营机构对账单', en: "Operator's statement" },
  'statement-issuer': { zh: '发卡机构对账单', en: "Issuer's statement" },
} as const satisfies Texts
