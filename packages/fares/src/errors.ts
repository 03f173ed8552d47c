import type { ErrorTable } from '@unifare/core'

/** Every code this package refuses with; the keys are stable. */
export const faresErrors = {
  'fares.bad-tariff': {
    en: 'the tariff has faults; each is listed with its place and rule',
    zh: '票价文件有误，已逐条列出位置与规则',
  },
  'fares.bad-feed': {
    en: 'the GTFS feed has faults; each is listed with file, line and column',
    zh: 'GTFS 数据有误，已逐条列出文件、行与列',
  },
  'fares.bad-journeys': { en: 'the list of journeys has faults', zh: '行程列表有误' },
  'fares.folder-taken': {
    en: 'the folder of the feed is there already, or cannot be made',
    zh: 'GTFS 目录已存在或无法创建',
  },
  'fares.unknown-stop': { en: 'the feed has no such stop', zh: 'GTFS 数据中没有该站点' },
  'fares.unknown-route': { en: 'the feed has no such route', zh: 'GTFS 数据中没有该线路' },
  'fares.no-product': {
    en: 'no product for this rider and medium',
    zh: '没有适用于该乘客与介质的产品',
  },
  'fares.two-currencies': { en: 'one journey in two currencies', zh: '同一行程涉及两种货币' },
  'fares.bad-list': { en: 'the list needs tariffs and networks', zh: '票价名单缺少票价表或线网' },
  'fares.wrong-publisher': {
    en: 'the list holds a tariff or a network of another operator than its publisher',
    zh: '名单中有不属于发布者的票价或线网',
  },
  'fares.bad-network': {
    en: 'the station network has faults; each is listed with its place and rule',
    zh: '线网文件有误，已逐条列出位置与规则',
  },
  'fares.no-network': {
    en: 'this tariff prices by the shortest path and needs its station network',
    zh: '该票价按最短路径计价，需要对应的线网数据',
  },
  'fares.no-tariff': { en: 'no tariff for this mode', zh: '该交通方式没有适用的票价' },
  'fares.no-rule': {
    en: 'no rule of the tariff fits this ride',
    zh: '票价中没有适用于该行程的规则',
  },
  'fares.unknown-station': { en: 'no such station in the network', zh: '线网中没有该车站' },
  'fares.no-path': { en: 'the two stations are not connected', zh: '两站之间没有连通的线路' },
  'fares.missing-entry': { en: 'the entry is missing', zh: '缺少进站记录' },
  'fares.missing-exit': { en: 'the exit is missing', zh: '缺少出站记录' },
  'fares.no-statement': {
    en: 'no statement of the station is taken for this journey',
    zh: '该行程不接受乘客补登车站',
  },
  'fares.statement-late': {
    en: 'the days in which the station can be stated are over',
    zh: '已超过补登车站的期限',
  },
  'fares.statement-limit': {
    en: 'no more stations can be stated this year',
    zh: '今年补登车站的次数已用完',
  },
  'fares.statement-too-fast': {
    en: 'nobody can have come to that station in the time',
    zh: '在这段时间内不可能到达该站',
  },
  'fares.missing-distance': { en: 'the distance ridden is missing', zh: '缺少乘坐里程' },
  'fares.missing-duration': { en: 'the time used is missing', zh: '缺少使用时长' },
  'fares.exit-before-entry': {
    en: 'the exit is earlier than the entry',
    zh: '出站时间早于进站时间',
  },
  'fares.bad-ride': {
    en: 'a distance, a time or an amount of the ride is not a whole number from 0',
    zh: '行程中的里程、时长或金额不是非负整数',
  },
  'fares.no-maximum': {
    en: 'overtime costs the highest fare, which is not known without the stations of the network',
    zh: '超时按最高票价计收，缺少线网车站时无法确定',
  },
  'fares.out-of-bounds': {
    en: 'the amount on the meter lies outside the bounds of the tariff',
    zh: '计价器金额超出票价规定的范围',
  },
} as const satisfies ErrorTable

export type FaresErrorCode = keyof typeof faresErrors

/** Codes that `price` returns as values. */
export type FareRefusal = Exclude<
  FaresErrorCode,
  | 'fares.bad-list'
  | 'fares.bad-tariff'
  | 'fares.bad-network'
  | 'fares.no-network'
  | 'fares.bad-feed'
  | 'fares.bad-journeys'
  | 'fares.folder-taken'
  | 'fares.no-statement'
  | 'fares.statement-late'
  | 'fares.statement-limit'
  | 'fares.statement-too-fast'
>
