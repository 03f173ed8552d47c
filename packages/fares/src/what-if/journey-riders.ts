import { type CompiledTariff, compileTariff } from '../compile.ts'
import { groupBy } from '../group-by.ts'
import { modeOf, overDistance, rideOf } from '../journey-rides.ts'
import type { JourneyInput } from '../journeys.ts'
import type { SampleRider } from './sample.ts'

/**
 * Riders of a list of journeys under a tariff: every leg by one of its modes is a ride. Throws
 * `fares.bad-journeys` for stations that the network does not know.
 */
export function journeyRiders(
  compiled: CompiledTariff,
  journeys: readonly JourneyInput[],
): readonly SampleRider[] {
  const { modes } = compiled.tariff
  const rides = journeys.flatMap((journey, at) =>
    journey.legs.flatMap((leg, place) => {
      const path = `[${at}].legs[${place}]`
      const mode = modeOf(leg, path)
      if (!modes.includes(mode)) return []
      const name = journey.rider ?? `journey ${at + 1}`
      return [{ name, ride: rideOf(journey, leg, { path, mode, compiled }) }]
    }),
  )
  return [...groupBy(rides, ({ name }) => name)].map(([name, own]) => ({
    name,
    rides: own.map(({ ride }) => ride),
  }))
}

/**
 * The same tariff by the distance that rides state, for journeys without stations. The highest
 * fare stays the network's where it is known; from a single station none is.
 */
export function byStatedDistance({
  tariff,
  network,
}: Pick<CompiledTariff, 'tariff'> & Partial<Pick<CompiledTariff, 'network'>>): CompiledTariff {
  const stated = compileTariff(overDistance(tariff))
  if (network === undefined) return stated
  const whole = compileTariff(tariff, network)
  return {
    ...stated,
    rules: stated.rules.map((rule, index) => ({
      ...rule,
      base: {
        ...rule.base,
        highestFen: (station) =>
          station === undefined ? whole.rules[index]?.base.highestFen() : undefined,
      },
    })),
  }
}
