/** What a generated network looks like: facts about a real city are its centre and line names only. */
export interface NetworkPlan {
  /** Straight lines through the city; the first is as long as the ladder needs. */
  readonly lines: number
  readonly withLoop: boolean
  /** Centre of the city, millionths of a degree. */
  readonly centre?: { readonly lonMicrodeg: number; readonly latMicrodeg: number }
  /** Last straight line: its own name, and the city that its outer third lies in. */
  readonly intoNeighbour?: {
    readonly nameZh: string
    readonly nameEn: string
    readonly division: string
  }
}

const city = (lonMicrodeg: number, latMicrodeg: number, lines = 4): NetworkPlan => ({
  lines,
  withLoop: true,
  centre: { lonMicrodeg, latMicrodeg },
})

const PLANS: Readonly<Record<string, NetworkPlan>> = {
  'beijing-metro': city(116_400_000, 39_900_000),
  'shanghai-metro': city(121_500_000, 31_200_000),
  'guangzhou-metro': {
    ...city(113_300_000, 23_100_000),
    intoNeighbour: { nameZh: '广佛线', nameEn: 'Guangfo line', division: '440600' },
  },
  'shenzhen-metro': city(114_100_000, 22_500_000),
  'wuhan-metro': city(114_300_000, 30_600_000),
  'wuhan-light-rail': { ...city(114_300_000, 30_600_000, 1), withLoop: false },
  'xian-metro': city(108_900_000, 34_300_000),
  'chongqing-light-rail': city(106_600_000, 29_600_000, 3),
  'chengdu-metro': city(104_100_000, 30_700_000),
  'hangzhou-metro': city(120_200_000, 30_300_000),
  'nanjing-metro': city(118_800_000, 32_100_000),
}

/** The plan of a network that the package's tariffs name, or four lines and a loop. */
export function networkPlan(id: string): NetworkPlan {
  return PLANS[id] ?? { lines: 4, withLoop: true }
}
