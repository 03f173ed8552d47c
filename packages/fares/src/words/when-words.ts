import type { DayKind, StationRef, When } from '../tariff.ts'
import type { FareMedium, FareMode } from '../words.ts'
import { joined, type Words } from './words.ts'

const MODES = {
  bus: { zh: '公交', en: 'bus' },
  metro: { zh: '地铁', en: 'metro' },
  taxi: { zh: '出租车', en: 'taxi' },
  ferry: { zh: '轮渡', en: 'ferry' },
  'light-rail': { zh: '轻轨', en: 'light rail' },
  bicycle: { zh: '公共自行车', en: 'bicycle' },
  brt: { zh: '快速公交', en: 'BRT' },
  cableway: { zh: '索道', en: 'cableway' },
} as const satisfies Record<FareMode, Words>

const MEDIA = {
  card: { zh: '刷卡', en: 'by card' },
  code: { zh: '乘车码', en: 'by ride code' },
} as const satisfies Record<FareMedium, Words>

const DAYS = {
  sun: { zh: '周日', en: 'Sun' },
  mon: { zh: '周一', en: 'Mon' },
  tue: { zh: '周二', en: 'Tue' },
  wed: { zh: '周三', en: 'Wed' },
  thu: { zh: '周四', en: 'Thu' },
  fri: { zh: '周五', en: 'Fri' },
  sat: { zh: '周六', en: 'Sat' },
  holiday: { zh: '节假日', en: 'holidays' },
} as const satisfies Record<DayKind, Words>
const WORKDAYS: readonly DayKind[] = ['mon', 'tue', 'wed', 'thu', 'fri']

const NETWORKS: Readonly<Record<string, Words>> = {
  't-union': { zh: '交通联合', en: 'T-Union' },
  'ride-code': { zh: '乘车码', en: 'ride code' },
}

const CLASSES: Readonly<Record<string, Words>> = {
  adult: { zh: '成人', en: 'adult' },
  student: { zh: '学生', en: 'student' },
  pupil: { zh: '中小学生', en: 'pupil' },
  child: { zh: '儿童', en: 'child' },
  senior: { zh: '老年人', en: 'senior' },
  'senior-60': { zh: '60 岁以上', en: 'senior from 60' },
  'senior-70': { zh: '70 岁以上', en: 'senior from 70' },
  disabled: { zh: '残疾人', en: 'disabled' },
}
/** More stations than this are counted. */
const STATIONS_NAMED = 3

/** A class of riders for people; a class that is not known stands for itself. */
export function riderClassWords(riderClass: string): Words {
  return CLASSES[riderClass] ?? { zh: riderClass, en: riderClass }
}

/** A mode of travel for people. */
export function modeWords(mode: FareMode): Words {
  return MODES[mode]
}

/** Conditions for people, one text each; none for what always holds. */
export function whenWords(when: When): readonly Words[] {
  const { modes, lines, journey, media, issuer, issuerDivisions, networks, riderClasses } = when
  const { entryStations, exitStations, days, time } = when
  const list = <T>(items: readonly T[] | undefined, words: (all: readonly T[]) => Words) =>
    items === undefined ? [] : [words(items)]
  return [
    ...list(modes, (all) => joined(all.map((mode) => MODES[mode]))),
    ...list(lines, (all) => ({ zh: `${all.join('、')} 号线`, en: `lines ${all.join(', ')}` })),
    ...list(journey && [journey], ([one]) =>
      one === 'closed'
        ? { zh: '进出站都已知', en: 'entry and exit known' }
        : { zh: '只刷一次', en: 'one tap' },
    ),
    ...list(media, (all) => joined(all.map((medium) => MEDIA[medium]))),
    ...list(issuer && [issuer], ([one]) =>
      one === 'local'
        ? { zh: '本市发行', en: 'issued here' }
        : { zh: '外地发行', en: 'issued elsewhere' },
    ),
    ...list(issuerDivisions, (all) => ({
      zh: `发行地 ${all.join('、')}`,
      en: `issued in ${all.join(', ')}`,
    })),
    ...list(networks, (all) => joined(all.map((one) => NETWORKS[one] ?? { zh: one, en: one }))),
    ...list(riderClasses, (all) => joined(all.map(riderClassWords))),
    ...list(entryStations, (all) => stationWords(all, { zh: '进站', en: 'entry at' })),
    ...list(exitStations, (all) => stationWords(all, { zh: '出站', en: 'exit at' })),
    ...list(days, daysWords),
    ...list(time && [time], ([one]) => timeWords(one as NonNullable<typeof time>)),
  ]
}

function stationWords(stations: readonly StationRef[], what: Words): Words {
  if (stations.length > STATIONS_NAMED) {
    const count = stations.length
    return { zh: `${count} 个车站${what.zh}`, en: `${what.en} ${count} stations` }
  }
  const named = stations.map((station) => ({ zh: String(station), en: String(station) }))
  const { zh, en } = joined(named)
  return { zh: `${zh}${what.zh}`, en: `${what.en} ${en}` }
}

function daysWords(days: readonly DayKind[]): Words {
  const all = WORKDAYS.every((day) => days.includes(day))
  const others = days.filter((day) => !all || !WORKDAYS.includes(day)).map((day) => DAYS[day])
  return joined(all ? [{ zh: '工作日', en: 'Mon–Fri' }, ...others] : others)
}

function timeWords({ at, from, until }: NonNullable<When['time']>): Words {
  const [zh, en] = at === 'entry' ? ['进站', 'entry'] : ['出站', 'exit']
  return { zh: `${from}–${until} ${zh}`, en: `${en} ${from}–${until}` }
}
