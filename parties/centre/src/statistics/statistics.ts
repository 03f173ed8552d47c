import { type Day, type Fen, fen } from '@unifare/core'
import type { Charge } from '@unifare/tap'

/** A ride as the statistics count it. */
export type CountedCharge = Pick<
  Charge,
  'medium' | 'issuer' | 'account' | 'operator' | 'city' | 'line' | 'taps' | 'amountFen'
>

/** A charge that settled; of a correction also what it took the place of. */
export interface SettledRide {
  readonly charge: CountedCharge
  /** Amount of the charge that it replaces; null for a first one. */
  readonly replacesFen: Fen | null
}

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

/** Counts rides of days, one day behind the other. */
export interface Counter {
  count(day: Day, rides: readonly SettledRide[]): void
  /** Undefined before the first day. */
  result(): Statistics | undefined
}

/** A counter; `homes` tells an issuer's city, in the code that charges name cities with. */
export function createCounter(homes: ReadonlyMap<string, string>): Counter {
  const all = createTally()
  const days: ({ day: Day } & Counts)[] = []
  const cities = new Map<string, { rides: number; fromElsewhere: number; elsewhere: number }>()
  const cityOf = (city: string) => {
    const known = cities.get(city) ?? { rides: 0, fromElsewhere: 0, elsewhere: 0 }
    cities.set(city, known)
    return known
  }
  return {
    count(day, rides) {
      const own = createTally()
      for (const ride of rides) {
        const { issuer, city } = ride.charge
        const home = homes.get(issuer)
        const away = home !== undefined && home !== city
        own.add(ride, away)
        all.add(ride, away)
        if (ride.replacesFen !== null) continue
        cityOf(city).rides += 1
        if (!away) continue
        cityOf(city).fromElsewhere += 1
        cityOf(home).elsewhere += 1
      }
      days.push({ day, ...own.counts() })
    },
    result() {
      const [first, last] = [days[0], days.at(-1)]
      if (first === undefined || last === undefined) return undefined
      return {
        firstDay: first.day,
        lastDay: last.day,
        days,
        cumulative: all.counts(),
        cities: [...cities]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([city, counts]) => ({ city, ...counts })),
      }
    },
  }
}

function createTally() {
  const sums = { rides: 0, amountFen: 0, cardRides: 0, codeRides: 0, crossCityRides: 0 }
  let crossCityFen = 0
  const seen = {
    cards: new Set<string>(),
    codeNumbers: new Set<string>(),
    issuers: new Set<string>(),
    operators: new Set<string>(),
    cities: new Set<string>(),
    lines: new Set<string>(),
    terminals: new Set<string>(),
  }
  return {
    add({ charge, replacesFen }: SettledRide, away: boolean): void {
      const { medium, issuer, account, operator, city, line, taps, amountFen } = charge
      const changeFen = amountFen - (replacesFen ?? 0)
      sums.amountFen = fen(sums.amountFen + changeFen)
      if (away) crossCityFen += changeFen
      if (replacesFen === null) {
        sums.rides += 1
        if (medium === 'card') sums.cardRides += 1
        else sums.codeRides += 1
        if (away) sums.crossCityRides += 1
      }
      const media = medium === 'card' ? seen.cards : seen.codeNumbers
      media.add(`${issuer}/${account}`)
      seen.issuers.add(issuer)
      seen.operators.add(operator)
      seen.cities.add(city)
      if (line > 0) seen.lines.add(`${operator}/${line}`)
      for (const { terminal } of taps) seen.terminals.add(terminal)
    },
    counts(): Counts {
      return {
        ...sums,
        crossCityFen,
        cards: seen.cards.size,
        codeNumbers: seen.codeNumbers.size,
        issuers: seen.issuers.size,
        operators: seen.operators.size,
        cities: seen.cities.size,
        lines: seen.lines.size,
        terminals: seen.terminals.size,
      }
    },
  }
}
