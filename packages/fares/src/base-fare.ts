import type { Fen } from '@unifare/core'
import type { Distances } from './distances.ts'
import type { FareRefusal } from './errors.ts'
import { compileLadder, isOpenEnded, type Ladder, ladderFare } from './ladder.ts'
import type { Ride } from './ride.ts'
import { tableFare } from './table-fare.ts'
import type {
  BaseFare,
  DistanceLadder,
  ElapsedLadder,
  FareTable,
  MeteredFare,
  StopLadder,
} from './tariff.ts'

/** A base fare with what it was measured by, or why there is none. */
export type BaseResult =
  | { readonly amountFen: Fen; readonly distanceM?: number; readonly durationS?: number }
  | FareRefusal

/** A base fare that is ready to price. */
export interface CompiledBase {
  /** Throws nothing: what a ride lacks is a refusal. */
  fareOf(ride: Ride): BaseResult
  /** What the cheapest ride costs. */
  readonly lowestFen: Fen
  /** What the dearest ride costs, from a station where one is given; undefined when it grows for ever. */
  highestFen(station?: number): Fen | undefined
}

/** What base fares are measured by. */
export interface Measures {
  /** Needed for a ladder over shortest paths. */
  readonly distances: Distances | undefined
  /** Needed for a ladder over stops of the network. */
  readonly stops: Distances | undefined
  readonly tables: ReadonlyMap<string, FareTable>
}

/** Prepares a base fare. */
export function compileBase(base: BaseFare, measures: Measures): CompiledBase {
  const { distances } = measures
  switch (base.kind) {
    case 'flat': {
      const { amountFen } = base
      return { fareOf: () => ({ amountFen }), lowestFen: amountFen, highestFen: () => amountFen }
    }
    case 'distance-ladder':
      return distanceFare(base, distances)
    case 'stop-ladder':
      return stopFare(base, measures.stops)
    case 'table':
      return tableFare(measures.tables.get(base.table))
    case 'metered':
      return meteredFare(base)
    case 'elapsed-ladder':
      return elapsedFare(base)
  }
}

function distanceLadder({ first, steps, capFen }: DistanceLadder): Ladder {
  return compileLadder(
    { upto: first.uptoM, amountFen: first.amountFen },
    steps.map(({ widthM, untilM, addFen }) => ({ width: widthM, until: untilM, addFen })),
    capFen,
  )
}

/** The ladder of a base fare by distance, stops or time. */
export function baseLadder(base: DistanceLadder | StopLadder | ElapsedLadder): Ladder {
  switch (base.kind) {
    case 'distance-ladder':
      return distanceLadder(base)
    case 'stop-ladder':
      return compileLadder(
        { upto: base.first.uptoStops, amountFen: base.first.amountFen },
        base.steps.map(({ widthStops, untilStops, addFen }) => ({
          width: widthStops,
          until: untilStops,
          addFen,
        })),
        base.capFen,
      )
    case 'elapsed-ladder':
      return compileLadder(
        { upto: base.freeS, amountFen: 0 },
        base.steps.map(({ widthS, untilS, addFen }) => ({ width: widthS, until: untilS, addFen })),
        base.capFen,
      )
  }
}

function distanceFare(base: DistanceLadder, distances: Distances | undefined): CompiledBase {
  const ladder = distanceLadder(base)
  const lowestFen = ladderFare(ladder, 0)
  if (base.distance === 'ride' || distances === undefined) {
    return {
      fareOf({ distanceM }) {
        if (distanceM === undefined) return 'fares.missing-distance'
        return { amountFen: ladderFare(ladder, distanceM), distanceM }
      },
      lowestFen,
      highestFen: () =>
        isOpenEnded(ladder) ? undefined : ladderFare(ladder, Number.MAX_SAFE_INTEGER),
    }
  }
  return {
    fareOf({ entry, exit }) {
      if (entry === undefined) return 'fares.missing-entry'
      if (exit === undefined) return 'fares.missing-exit'
      const distanceM = distances.between(entry.station, exit.station)
      if (distanceM === 'unknown') return 'fares.unknown-station'
      if (distanceM === 'unconnected') return 'fares.no-path'
      return { amountFen: ladderFare(ladder, distanceM), distanceM }
    },
    lowestFen,
    highestFen(station) {
      const farthest = station === undefined ? undefined : distances.farthest(station)
      return ladderFare(ladder, farthest ?? distances.diameter())
    },
  }
}

/** A ladder by stops: the fewest through the network, or as many as the ride states. */
function stopFare(base: StopLadder, network: Distances | undefined): CompiledBase {
  const { stops: measure } = base
  const ladder = baseLadder(base)
  return {
    fareOf({ entry, exit, stops }) {
      if (measure === 'ride' || network === undefined) {
        return stops === undefined
          ? 'fares.missing-distance'
          : { amountFen: ladderFare(ladder, stops) }
      }
      if (entry === undefined) return 'fares.missing-entry'
      if (exit === undefined) return 'fares.missing-exit'
      const ridden = network.between(entry.station, exit.station)
      if (ridden === 'unknown') return 'fares.unknown-station'
      if (ridden === 'unconnected') return 'fares.no-path'
      return { amountFen: ladderFare(ladder, ridden) }
    },
    lowestFen: ladderFare(ladder, 0),
    highestFen(station) {
      if (measure === 'network' && network !== undefined) {
        const farthest = station === undefined ? undefined : network.farthest(station)
        return ladderFare(ladder, farthest ?? network.diameter())
      }
      return isOpenEnded(ladder) ? undefined : ladderFare(ladder, Number.MAX_SAFE_INTEGER)
    },
  }
}

function meteredFare(base: MeteredFare): CompiledBase {
  const { startFen, startM, unitM, unitFen, minFen, maxFen } = base
  return {
    fareOf({ distanceM, meterFen }) {
      if (meterFen !== undefined) {
        if (meterFen < minFen || meterFen > maxFen) return 'fares.out-of-bounds'
        return { amountFen: meterFen, ...(distanceM === undefined ? {} : { distanceM }) }
      }
      if (distanceM === undefined) return 'fares.missing-distance'
      const units = Math.max(0, Math.ceil((distanceM - startM) / unitM))
      const amountFen = Math.min(maxFen, Math.max(minFen, startFen + units * unitFen))
      return { amountFen, distanceM }
    },
    lowestFen: Math.max(minFen, startFen),
    highestFen: () => maxFen,
  }
}

function elapsedFare(base: ElapsedLadder): CompiledBase {
  const ladder = baseLadder(base)
  return {
    fareOf(ride) {
      const durationS = elapsedSeconds(ride)
      if (typeof durationS === 'string') return durationS
      return { amountFen: ladderFare(ladder, durationS), durationS }
    },
    lowestFen: 0,
    highestFen: () =>
      isOpenEnded(ladder) ? undefined : ladderFare(ladder, Number.MAX_SAFE_INTEGER),
  }
}

function elapsedSeconds({ entry, exit, durationS }: Ride): number | FareRefusal {
  if (entry === undefined || exit === undefined) return durationS ?? 'fares.missing-duration'
  if (exit.at < entry.at) return 'fares.exit-before-entry'
  return Math.floor((exit.at - entry.at) / 1000)
}
