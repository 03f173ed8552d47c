import type { Fen } from '@unifare/core'
import { type CompiledTariff, maximumFare } from './compile.ts'
import type { PricePart, Ride } from './ride.ts'
import type { IncompleteRule } from './tariff.ts'

/** The end of a journey that no tap tells. */
export type MissingEnd = 'entry' | 'exit'

/** The one end that is known, beside what is known of the ride. */
export interface KnownEnd {
  /** Without `entry` and `exit`; its `line` is that of the known end. */
  readonly ride: Omit<Ride, 'entry' | 'exit'>
  readonly missing: MissingEnd
  readonly station: number
}

/**
 * Price of a journey with one end only, by the first rule of the tariff for incomplete journeys
 * that fits; undefined where none does, then `maximumFare` holds. One part, in whole fen: discounts,
 * caps and monthly steps do not act on it (reference fares 6, missing exit and missing entry).
 */
export function incompleteFare(compiled: CompiledTariff, known: KnownEnd): PricePart | undefined {
  const rule = incompleteRule(compiled, known)
  if (rule === undefined) return undefined
  const { id, textZh, textEn, source, charge } = rule
  return { rule: id, amountFen: chargeFen(compiled, charge, known), textZh, textEn, source }
}

/** The first rule of the tariff for a journey with one end that fits; undefined where none does. */
export function incompleteRule(
  { incomplete }: CompiledTariff,
  { ride, missing, station }: KnownEnd,
): IncompleteRule | undefined {
  const asked = withEnd(ride, missing, station)
  return incomplete.find(
    ({ policy, holds }) =>
      (policy.missing === 'either' || policy.missing === missing) && holds(asked),
  )?.policy
}

function chargeFen(
  compiled: CompiledTariff,
  charge: IncompleteRule['charge'],
  known: KnownEnd,
): Fen {
  const { rules } = compiled
  switch (charge.kind) {
    case 'fixed':
      return charge.amountFen
    case 'lowest-fare':
      return Math.min(...rules.map(({ base }) => base.lowestFen))
    case 'network-maximum':
      return highest(compiled)
    case 'station-maximum':
      return highest(compiled, known.station)
    case 'farther-end':
      return fartherEnd(compiled, known) ?? maximumFare(compiled, known.station)
  }
}

/** A tariff whose fares grow for ever has a fixed maximum, which stands in for the highest fare. */
function highest(compiled: CompiledTariff, station?: number): Fen {
  const fares = compiled.rules.map(({ base }) => base.highestFen(station))
  const known = fares.filter((fare) => fare !== undefined)
  return known.length < fares.length ? maximumFare(compiled, station) : Math.max(...known)
}

/** The dearer base fare to the ends of the line; a loop ends nowhere, so any of its stations counts. */
function fartherEnd(
  compiled: CompiledTariff,
  { ride, missing, station }: KnownEnd,
): Fen | undefined {
  const line = compiled.network?.lines.find(({ id }) => id === ride.line)
  if (line === undefined || !line.stations.includes(station)) return undefined
  const { stations, loop } = line
  const ends = loop ? stations : [stations[0], stations.at(-1)].filter((end) => end !== undefined)
  const fares = ends.flatMap((end) => {
    const asked = withEnd(
      withEnd(ride, missing, station),
      missing === 'exit' ? 'entry' : 'exit',
      end,
    )
    const fare = compiled.rules.find(({ holds }) => holds(asked))?.base.fareOf(asked)
    return typeof fare === 'object' ? [fare.amountFen] : []
  })
  return fares.length === 0 ? undefined : Math.max(...fares)
}

/** The ride with the station at the end that is not missing. */
function withEnd(ride: Ride, missing: MissingEnd, station: number): Ride {
  const end = { station, at: ride.at }
  return missing === 'exit' ? { ...ride, entry: end } : { ...ride, exit: end }
}
