import { compileTariff, price, type StationNetwork, type Tariff } from '@unifare/fares'
import type { Mode } from '@unifare/tap'

/** Stations that have gates in the twin besides those that the ladder needs. */
const MORE_STATIONS = 8

/** A pair of stations for every amount that the network can cost under the tariff. */
export function ladderPairs(
  tariff: Tariff,
  network: StationNetwork,
  mode: Mode,
): readonly (readonly [from: number, to: number])[] {
  const compiled = compileTariff(tariff, network)
  const pairs = new Map<number, readonly [number, number]>()
  for (const { id: from } of network.stations) {
    for (const { id: to } of network.stations) {
      if (from === to) continue
      const priced = price(compiled, {
        mode,
        at: 0,
        entry: { station: from, at: 0 },
        exit: { station: to, at: 0 },
        medium: 'code',
        riderClass: 'adult',
        issuer: { institution: '', division: '' },
      })
      if (priced.ok && !pairs.has(priced.amountFen)) pairs.set(priced.amountFen, [from, to])
    }
  }
  return [...pairs.values()]
}

/**
 * Stations where the twin's gates stand: those of the ladder, some more spread over the network,
 * and the far end of a line into a neighbour city. A terminal at every station would only make the
 * start longer.
 */
export function servedStations(
  pairs: readonly (readonly [number, number])[],
  { stations }: StationNetwork,
): readonly number[] {
  const every = Math.max(1, Math.floor(stations.length / MORE_STATIONS))
  const spread = stations.filter((_, index) => index % every === 0).map(({ id }) => id)
  const abroad = stations.findLast(({ division }) => division !== undefined)
  const far = abroad === undefined ? [] : [abroad.id]
  return [...new Set([...pairs.flat(), ...spread, ...far])].sort((a, b) => a - b)
}
