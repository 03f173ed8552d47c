import type { Words } from '@unifare/fares'

/** Cities that have a tariff, by GB/T 2260 division. */
const CITIES: Readonly<Record<string, Words>> = {
  '110000': { zh: '北京', en: 'Beijing' },
  '310000': { zh: '上海', en: 'Shanghai' },
  '320100': { zh: '南京', en: 'Nanjing' },
  '330100': { zh: '杭州', en: 'Hangzhou' },
  '420100': { zh: '武汉', en: 'Wuhan' },
  '440100': { zh: '广州', en: 'Guangzhou' },
  '440300': { zh: '深圳', en: 'Shenzhen' },
  '440600': { zh: '佛山', en: 'Foshan' },
  '500000': { zh: '重庆', en: 'Chongqing' },
  '510100': { zh: '成都', en: 'Chengdu' },
  '610100': { zh: '西安', en: "Xi'an" },
}

/** A city for people; one that has no name here stands as its division. */
export function cityName(division: string): Words {
  return CITIES[division] ?? { zh: division, en: division }
}
