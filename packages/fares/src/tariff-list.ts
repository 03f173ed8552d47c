import { type Instant, requireData } from '@unifare/core'
import { inForce } from './catalogue.ts'
import { type CompiledTariff, compileTariff } from './compile.ts'
import type { StationNetwork } from './network.ts'
import { parseNetwork } from './parse-network.ts'
import { parseTariff } from './parse-tariff.ts'
import type { Tariff } from './tariff.ts'
import type { FareMode } from './words.ts'

/** A list of tariffs as it was read, with the networks that it brings. */
export interface TariffListContent {
  readonly tariffs: readonly Tariff[]
  readonly networks: readonly StationNetwork[]
}

/**
 * Reads what an operator publishes, `{tariffs, networks}`, whole. With `publisher`, whose signature
 * the list came under, a tariff or network of another operator is refused: nobody sets another
 * one's fares. Throws `fares.bad-list`, `fares.wrong-publisher`, and whatever is wrong with a
 * tariff or a network.
 */
export function readTariffList(content: unknown, publisher?: string): TariffListContent {
  const { tariffs, networks } = (content ?? {}) as { tariffs?: unknown; networks?: unknown }
  requireData(
    Array.isArray(tariffs) && Array.isArray(networks),
    'fares.bad-list',
    'the list needs tariffs and networks',
  )
  const list = {
    networks: networks.map((network) => parseNetwork(network)),
    tariffs: tariffs.map((json) => parseTariff(json)),
  }
  for (const { id, operator } of [...list.tariffs, ...list.networks]) {
    requireData(
      publisher === undefined || operator === null || operator === publisher,
      'fares.wrong-publisher',
      `${id} is of ${operator}, the list of ${publisher}`,
    )
  }
  return list
}

/** The same, compiled: the tariffs that a terminal or an operator prices with. */
export function openTariffList(content: unknown, publisher?: string): readonly CompiledTariff[] {
  const { tariffs, networks } = readTariffList(content, publisher)
  return tariffs.map((tariff) =>
    compileTariff(
      tariff,
      networks.find(({ id }) => id === tariff.network),
    ),
  )
}

/** The tariff for a mode at an instant; the highest version where several hold. */
export function tariffInForce(
  tariffs: readonly CompiledTariff[],
  mode: FareMode,
  at: Instant,
): CompiledTariff | undefined {
  return tariffs
    .filter(({ tariff }) => tariff.modes.includes(mode) && inForce(tariff, at))
    .toSorted((a, b) => b.tariff.version - a.tariff.version)[0]
}
