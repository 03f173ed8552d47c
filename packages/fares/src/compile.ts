import { type Fen, UnifareError } from '@unifare/core'
import { type CompiledBase, compileBase } from './base-fare.ts'
import { type Condition, compileWhen } from './conditions.ts'
import { compileDistances } from './distances.ts'
import type { StationNetwork } from './network.ts'
import type { Accumulation, Discount, FareRule, Tariff, TimeLimit } from './tariff.ts'

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
}

/**
 * Compiles a parsed tariff. A ladder over shortest paths needs the network that the tariff names;
 * throws `fares.no-network` without it. Validity is not looked at: choose the tariff of the day
 * with `inForce`, or price any day with any version to compare them.
 */
export function compileTariff(tariff: Tariff, network?: StationNetwork): CompiledTariff {
  const needed = tariff.rules.some(
    ({ base }) => base.kind === 'distance-ladder' && base.distance === 'shortest-path',
  )
  if (network !== undefined ? network.id !== tariff.network : needed) {
    throw new UnifareError(
      'fares.no-network',
      `tariff ${tariff.id} needs the network ${tariff.network}, found ${network?.id ?? 'none'}`,
      { tariff: tariff.id, network: tariff.network },
    )
  }
  const distances = network === undefined ? undefined : compileDistances(network)
  const conditional = <T extends { readonly when: FareRule['when'] }>(policy: T) => ({
    policy,
    holds: compileWhen(policy.when, tariff.city),
  })
  return {
    tariff,
    network,
    rules: tariff.rules.map((rule) => ({
      ...conditional(rule),
      base: compileBase(rule.base, distances),
    })),
    discounts: tariff.discounts.map(conditional),
    accumulation: tariff.accumulation.map(conditional),
    timeLimits: tariff.timeLimits.map(conditional),
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
