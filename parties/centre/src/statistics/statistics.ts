import { type Day, type Fen, fen } from '@unifare/core'
import {
  addFigures,
  countEach,
  type Figures,
  figuresOf,
  NO_FIGURES,
  SEEN_KINDS,
  type SeenKind,
  type SettledRide,
} from './figures.ts'

/** Public counts: rides that settled, and who and what took part in them. No number of anybody. */
export interface Counts {
  readonly rides: number
  readonly amountFen: Fen
  readonly cardRides: number
  readonly codeRides: number
  /** Rides in another city than the issuer's. */
  readonly crossCityRides: number
  readonly crossCityFen: Fen
  readonly cards: number
  /** Numbers that codes showed: a rider may show several. */
  readonly codeNumbers: number
  readonly issuers: number
  readonly operators: number
  readonly cities: number
  readonly lines: number
  readonly terminals: number
}

/** Rides of a city: here by anybody, by media of other cities, and elsewhere by its own media. */
export interface CityCounts {
  readonly city: string
  readonly rides: number
  readonly fromElsewhere: number
  readonly elsewhere: number
}

/** Statistics of closed days. */
export interface Statistics {
  readonly firstDay: Day
  readonly lastDay: Day
  readonly days: readonly ({ readonly day: Day } & Counts)[]
  readonly cumulative: Counts
  readonly cities: readonly CityCounts[]
}

/**
 * Statistics from the figures of days and those of all of them together; undefined without a day.
 * `homes` tells an issuer's city, in the code that charges name cities with.
 */
export function statisticsOf(
  days: readonly { readonly day: Day; readonly figures: Figures }[],
  all: Figures,
  homes: ReadonlyMap<string, string>,
): Statistics | undefined {
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined) return undefined
  return {
    firstDay: first.day,
    lastDay: last.day,
    days: days.map(({ day, figures }) => ({ day, ...countsOf(figures, homes) })),
    cumulative: countsOf(all, homes),
    cities: citiesOf(all, homes),
  }
}

function countsOf({ cardRides, codeRides, seen, pairs }: Figures, homes: Homes): Counts {
  const away = pairs.filter(({ issuer, city }) => isAway(homes.get(issuer), city))
  return {
    rides: cardRides + codeRides,
    amountFen: amountOf(pairs),
    cardRides,
    codeRides,
    crossCityRides: away.reduce((sum, { rides }) => sum + rides, 0),
    crossCityFen: amountOf(away),
    ...seen,
  }
}

function citiesOf({ pairs }: Figures, homes: Homes): CityCounts[] {
  const cities = new Map<string, { rides: number; fromElsewhere: number; elsewhere: number }>()
  const cityOf = (city: string) => {
    const known = cities.get(city) ?? { rides: 0, fromElsewhere: 0, elsewhere: 0 }
    cities.set(city, known)
    return known
  }
  for (const { issuer, city, rides } of pairs) {
    // Corrections alone are no rides of a city.
    if (rides === 0) continue
    const home = homes.get(issuer)
    cityOf(city).rides += rides
    if (home === undefined || home === city) continue
    cityOf(city).fromElsewhere += rides
    cityOf(home).elsewhere += rides
  }
  return [...cities]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([city, counts]) => ({ city, ...counts }))
}

type Homes = ReadonlyMap<string, string>

function isAway(home: string | undefined, city: string): boolean {
  return home !== undefined && home !== city
}

function amountOf(pairs: Figures['pairs']): Fen {
  return pairs.reduce((sum, { amountFen }) => fen(sum + amountFen), 0)
}

/** Counts rides of days, one day behind the other. */
export interface Counter {
  count(day: Day, rides: readonly SettledRide[]): void
  /** Undefined before the first day. */
  result(): Statistics | undefined
}

/** A counter in memory: what the figures kept with closed days come to. */
export function createCounter(homes: Homes): Counter {
  const days: { readonly day: Day; readonly figures: Figures }[] = []
  const seen = new Map<SeenKind, Set<string>>(SEEN_KINDS.map((kind) => [kind, new Set()]))
  let all = NO_FIGURES
  return {
    count(day, rides) {
      const { figures, names } = figuresOf(rides)
      const fresh = countEach((kind) => {
        const known = seen.get(kind) ?? new Set()
        const before = known.size
        for (const name of names[kind]) known.add(name)
        return known.size - before
      })
      all = addFigures(all, figures, fresh)
      days.push({ day, figures })
    },
    result: () => statisticsOf(days, all, homes),
  }
}
