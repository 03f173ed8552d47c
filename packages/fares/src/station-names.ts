import { type Random, randomInteger } from '@unifare/core'

/** Made-up names: a quality and a place. Any likeness to a real station is chance. */
const FIRST = [
  ['安', 'An'],
  ['和', 'He'],
  ['宁', 'Ning'],
  ['清', 'Qing'],
  ['云', 'Yun'],
  ['春', 'Chun'],
  ['松', 'Song'],
  ['柳', 'Liu'],
  ['竹', 'Zhu'],
  ['梅', 'Mei'],
  ['桂', 'Gui'],
  ['荷', 'He'],
  ['玉', 'Yu'],
  ['青', 'Qing'],
  ['紫', 'Zi'],
  ['星', 'Xing'],
] as const
const SECOND = [
  ['门', 'men'],
  ['桥', 'qiao'],
  ['园', 'yuan'],
  ['湖', 'hu'],
  ['岭', 'ling'],
  ['湾', 'wan'],
  ['庄', 'zhuang'],
  ['坊', 'fang'],
  ['塘', 'tang'],
  ['里', 'li'],
  ['台', 'tai'],
  ['浦', 'pu'],
] as const
const SIDES = [
  ['', ''],
  ['东', ' East'],
  ['西', ' West'],
  ['南', ' South'],
  ['北', ' North'],
] as const

/** Names for stations, each given out once and in an order that the randomness decides. */
export function stationNames(random: Random): () => {
  readonly nameZh: string
  readonly nameEn: string
} {
  const left = FIRST.flatMap((first) => SECOND.map((second) => ({ first, second })))
  for (let i = left.length - 1; i > 0; i--) {
    const j = randomInteger(random, i + 1)
    const [a, b] = [left[i], left[j]]
    if (a !== undefined && b !== undefined) [left[i], left[j]] = [b, a]
  }
  let given = 0
  return () => {
    const pair = left[given % left.length] as (typeof left)[number]
    const round = Math.floor(given / left.length)
    given += 1
    const [sideZh, sideEn] = SIDES[round] ?? [String(round), ` ${round}`]
    return {
      nameZh: `${pair.first[0]}${pair.second[0]}${sideZh}`,
      nameEn: `${pair.first[1]}${pair.second[1]}${sideEn}`,
    }
  }
}
