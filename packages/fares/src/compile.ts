import { type Fen, UnifareError } from '@unifare/core'
import { type CompiledBase, compileBase } from './base-fare.ts'
import { type Condition, compileWhen, stationIds } from './conditions.ts'
import { compileDistances } from './distances.ts'
import { groupBy } from './group-by.ts'
import type { StationNetwork } from './network.ts'
import {
  type Accumulation,
  type Cap,
  type Discount,
  type FareRule,
  type IncompleteRule,
  type Pass,
  PRICING_STEPS,
  type PricingStep,
  type Tariff,
  type TimeLimit,
  type Transfer,
} from './tariff.ts'

interface Conditional<T> {
  readonly policy: T
  readonly holds: Condition
}

/** A tariff that is ready to price a million rides; made once, holds no state of rides. */
export interface CompiledTariff {
  readonly tariff: Tariff
  readonly network: StationNetwork | undefined
  readonly rules: readonly (Conditional<FareRule> & { readonly base: CompiledBase })[]
  readonly discounts: readonly Conditional<Discount>[]
  readonly accumulation: readonly Conditional<Accumulation>[]
  readonly timeLimits: readonly Conditional<TimeLimit>[]
  /** With the stations where the ride before must have ended; undefined for anywhere. */
  readonly transfers: readonly (Conditional<Transfer> & {
    readonly exits: ReadonlySet<number> | undefined
  })[]
  readonly caps: readonly Conditional<Cap>[]
  readonly passes: readonly Conditional<Pass>[]
  readonly incomplete: readonly Conditional<IncompleteRule>[]
  readonly order: readonly PricingStep[]
  /** Rider classes that some rule or policy speaks of. */
  readonly classes: ReadonlySet<string>
}

/**
 * Compiles a parsed tariff. A ladder over shortest paths needs the network that the tariff names;
 * throws `fares.no-network` without it. Validity is not looked at: choose the tariff of the day
 * with `inForce`, or price any day with any version to compare them.
 */
export function compileTariff(tariff: Tariff, network?: StationNetwork): CompiledTariff {
  const needed = tariff.rules.some(
    ({ base }) =>
      (base.kind === 'distance-ladder' && base.distance === 'shortest-path') ||
      (base.kind === 'stop-ladder' && base.stops === 'network'),
  )
  if (network !== undefined ? network.id !== tariff.network : needed) {
    throw new UnifareError(
      'fares.no-network',
      `tariff ${tariff.id} needs the network ${tariff.network}, found ${network?.id ?? 'none'}`,
      { tariff: tariff.id, network: tariff.network },
    )
  }
  const measures = {
    distances: network === undefined ? undefined : compileDistances(network),
    stops: network === undefined ? undefined : compileDistances(inStops(network)),
    tables: new Map((tariff.tables ?? []).map((table) => [table.id, table])),
  }
  const named = {
    holidays: new Set(tariff.holidays),
    stations: new Map(
      [...groupBy(network?.stations ?? [], ({ nameZh }) => nameZh)].map(([name, stations]) => [
        name,
        stations.map(({ id }) => id),
      ]),
    ),
  }
  const conditional = <T extends { readonly when: FareRule['when'] }>(policy: T) => ({
    policy,
    holds: compileWhen(policy.when, tariff.city, named),
  })
  return {
    tariff,
    network,
    rules: tariff.rules.map((rule) => ({
      ...conditional(rule),
      base: compileBase(rule.base, measures),
    })),
    discounts: tariff.discounts.map(conditional),
    accumulation: tariff.accumulation.map(conditional),
    timeLimits: tariff.timeLimits.map(conditional),
    transfers: (tariff.transfers ?? []).map((transfer) => ({
      ...conditional(transfer),
      exits: transfer.from.exitStations && stationIds(transfer.from.exitStations, named),
    })),
    caps: (tariff.caps ?? []).map(conditional),
    passes: (tariff.passes ?? []).map(conditional),
    incomplete: (tariff.incomplete ?? []).map(conditional),
    order: tariff.order ?? PRICING_STEPS,
    classes: new Set(
      [
        ...tariff.rules,
        ...tariff.discounts,
        ...tariff.accumulation,
        ...tariff.timeLimits,
        ...(tariff.transfers ?? []),
        ...(tariff.caps ?? []),
        ...(tariff.passes ?? []),
        ...(tariff.incomplete ?? []),
      ].flatMap(({ when }) => when.riderClasses ?? []),
    ),
  }
}

/** The same network with every way to the next station of length 1, and changes of length 0. */
function inStops(network: StationNetwork): StationNetwork {
  return {
    ...network,
    lines: network.lines.map((line) => ({ ...line, metres: line.metres.map(() => 1) })),
    virtualTransfers: network.virtualTransfers.map((walk) => ({ ...walk, metres: 0 })),
  }
}

/**
 * What an incomplete journey costs and what a card's entry record states as its maximum, by the
 * city's rule. `station` is the only known one; one that the network does not list gives the
 * maximum of the whole network.
 */
export function maximumFare({ tariff, rules }: CompiledTariff, station?: number): Fen {
  const { maximum } = tariff
  if (maximum.kind === 'fixed') return maximum.amountFen
  const from = maximum.kind === 'station' ? station : undefined
  return Math.max(...rules.map(({ base }) => base.highestFen(from) ?? 0))
}

/** What a purse must hold to be let in; `station` is where. */
export function entryMinimum(compiled: CompiledTariff, station?: number): Fen {
  const { entry } = compiled.tariff
  switch (entry.kind) {
    case 'fixed':
      return entry.amountFen
    case 'maximum':
      return maximumFare(compiled, station)
    case 'lowest-fare':
      return Math.min(...compiled.rules.map(({ base }) => base.lowestFen))
  }
}
