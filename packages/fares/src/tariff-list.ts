import { type Instant, requireData } from '@unifare/core'
import { inForce } from './catalogue.ts'
import { type CompiledTariff, compileTariff } from './compile.ts'
import { parseNetwork } from './parse-network.ts'
import { parseTariff } from './parse-tariff.ts'
import type { FareMode } from './words.ts'

/**
 * Reads what an operator publishes, `{tariffs, networks}`, whole and compiles it. Throws
 * `fares.bad-list`, and whatever is wrong with a tariff or a network.
 */
export function openTariffList(content: unknown): readonly CompiledTariff[] {
  const { tariffs, networks } = (content ?? {}) as { tariffs?: unknown; networks?: unknown }
  requireData(
    Array.isArray(tariffs) && Array.isArray(networks),
    'fares.bad-list',
    'the list needs tariffs and networks',
  )
  const parsed = networks.map((network) => parseNetwork(network))
  return tariffs.map((json) => {
    const tariff = parseTariff(json)
    return compileTariff(
      tariff,
      parsed.find(({ id }) => id === tariff.network),
    )
  })
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
