import type { MonthOfRides, MonthWay } from '@unifare/console'
import { UnifareError } from '@unifare/core'
import {
  type AccountRide,
  byStatedDistance,
  type CompiledTariff,
  cheapestPasses,
  type PassComposition,
  type Tariff,
} from '@unifare/fares'
import { parseRideQuery, quoteRide, rideOf } from './ride-query.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Rides of one month that are asked for at most. */
const RIDES_MOST = 90
const USUAL_RIDES = 44
/** Of a day's rides each begins so long after the one before. */
const APART_HOURS = { few: 9, many: 2 } as const

/**
 * One ride again and again within a month, two a day and more where they do not fit: what each
 * costs, and the cheapest way to pay for all of them, with the runner-up.
 */
export function monthOfRides(
  compiled: CompiledTariff,
  asked: Readonly<Record<string, string>>,
): MonthOfRides {
  const rides = Number(asked['rides'] ?? USUAL_RIDES)
  if (!Number.isSafeInteger(rides) || rides < 1 || rides > RIDES_MOST) {
    throw new UnifareError('fares.bad-journeys', `a month has 1 to ${RIDES_MOST} rides here`)
  }
  const query = { ...parseRideQuery(asked), monthFen: 0, after: '' }
  const stated = byStatedDistance(compiled)
  const one = quoteRide(compiled, query)
  const found = cheapestPasses(stated, ridesOf(stated.tariff, query, rides))
  if (!found.ok || !one.ok) {
    throw new UnifareError(found.ok ? 'fares.no-rule' : found.code, 'this ride has no price')
  }
  const { best, runnerUp, withoutPasses, proved } = found
  const way = (composition: PassComposition) => wayOf(composition, stated.tariff)
  return {
    faresFen: withoutPasses.ridesFen,
    baseFen: one.amountFen * rides,
    withoutPasses: way(withoutPasses),
    best: way(best),
    runnerUp: runnerUp && way(runnerUp),
    proved,
  }
}

function ridesOf(
  tariff: Tariff,
  query: ReturnType<typeof parseRideQuery>,
  count: number,
): readonly AccountRide[] {
  const { monthToDate: _month, spent: _spent, previous: _previous, ...ride } = rideOf(tariff, query)
  const perDay = Math.max(2, Math.ceil(count / 30))
  const apart = perDay === 2 ? APART_HOURS.few : APART_HOURS.many
  // The usual ride is on the 15th; the month begins with the first.
  const first = ride.at - 14 * DAY_MS
  return Array.from({ length: count }, (_, index) => {
    const shift =
      first - ride.at + Math.floor(index / perDay) * DAY_MS + (index % perDay) * apart * HOUR_MS
    const later = <T extends { readonly at: number }>(point: T): T => ({
      ...point,
      at: point.at + shift,
    })
    return {
      ...later(ride),
      ...(ride.entry === undefined ? {} : { entry: later(ride.entry) }),
      ...(ride.exit === undefined ? {} : { exit: later(ride.exit) }),
    }
  })
}

function wayOf({ totalFen, purchases }: PassComposition, { passes = [] }: Tariff): MonthWay {
  return {
    totalFen,
    passes: purchases.map(({ pass, ride, priceFen }) => {
      const policy = passes.find(({ id }) => id === pass)
      return {
        name: { zh: policy?.textZh ?? pass, en: policy?.textEn ?? pass },
        ride: ride + 1,
        priceFen,
      }
    }),
  }
}
