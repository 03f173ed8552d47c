import type { Texts } from '@unifare/language'

/** A trip that lost one end, and the rider's word for it. */
export const stationTexts = {
  gotOff: { zh: '我的下车站', en: 'I got off at' },
  gotOn: { zh: '我的上车站', en: 'I got on at' },
  choose: { zh: '请选择车站', en: 'Choose the station' },
  say: { zh: '补登车站', en: 'State the station' },
  until: {
    zh: (time: string) => `没有这一端的刷码记录。${time} 前补登，按所报车站计价。`,
    en: (time: string) =>
      `There is no record of this end. State it by ${time}: the fare goes to that station.`,
  },
  often: {
    zh: (used: string, yearly: string) => `今年已用 ${used} 次，共 ${yearly} 次。`,
    en: (used: string, yearly: string) => `${used} of ${yearly} times used this year.`,
  },
  usedUp: {
    zh: (yearly: string) => `没有这一端的刷码记录；今年 ${yearly} 次补登已用完。`,
    en: (yearly: string) =>
      `There is no record of this end, and the ${yearly} times of this year are used up.`,
  },
  late: {
    zh: (time: string) => `没有这一端的刷码记录；补登期限 ${time} 已过。`,
    en: (time: string) => `There is no record of this end; it could be stated until ${time}.`,
  },
  waits: {
    zh: (place: string) => `您补登了 ${place}，运营机构正在核对。`,
    en: (place: string) => `You stated ${place}; the operator checks it.`,
  },
  taken: {
    zh: (place: string) => `您补登了 ${place}，按该站计价。`,
    en: (place: string) => `You stated ${place}: the fare goes to that station.`,
  },
  refused: {
    zh: (place: string, why: string) => `${place} 未被接受：${why}`,
    en: (place: string, why: string) => `${place} was not taken: ${why}`,
  },
} as const satisfies Texts
