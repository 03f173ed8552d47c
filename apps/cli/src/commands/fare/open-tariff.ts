import { readFile, stat } from 'node:fs/promises'
import { createSeededRandom, UnifareError } from '@unifare/core'
import {
  type FareFeed,
  generateNetwork,
  parseNetwork,
  parseTariffText,
  type StationNetwork,
  type Tariff,
  tariffs,
} from '@unifare/fares'
import { openGtfsFolder } from '@unifare/fares/node'

/** What `--tariff` names, opened. */
export type OpenedTariff =
  | { readonly kind: 'feed'; readonly feed: FareFeed }
  | {
      readonly kind: 'tariffs'
      readonly tariffs: readonly Tariff[]
      readonly networks: readonly StationNetwork[]
    }

/**
 * Opens a city of the catalogue, a tariff file or a GTFS folder. A city without a network of its
 * own gets the generated one of the demonstration, which is labelled so.
 */
export async function openTariff(what: string, networkFile?: string): Promise<OpenedTariff> {
  const found = await stat(what).catch(() => undefined)
  if (found?.isDirectory()) return { kind: 'feed', feed: await openGtfsFolder(what) }
  const chosen = found?.isFile()
    ? parseTariffText(await readFile(what, 'utf8'))
    : tariffs().filter(({ id }) => id === what || id.startsWith(`${what}-`))
  if (chosen.length === 0) {
    const cities = [...new Set(tariffs().map(({ id }) => id.split('-')[0]))].join(', ')
    throw new UnifareError(
      'fares.no-tariff',
      `"${what}" is no folder, no file and no city of the catalogue: ${cities}`,
    )
  }
  return { kind: 'tariffs', tariffs: chosen, networks: await networksOf(chosen, networkFile) }
}

async function networksOf(
  chosen: readonly Tariff[],
  networkFile: string | undefined,
): Promise<StationNetwork[]> {
  if (networkFile !== undefined) {
    const json: unknown = JSON.parse(await readFile(networkFile, 'utf8'))
    return [parseNetwork(json)]
  }
  return chosen.flatMap((tariff) => {
    if (tariff.network === null) return []
    const random = createSeededRandom(`unifare/${tariff.network}`)
    return [
      generateNetwork({
        id: tariff.network,
        operator: tariff.operator,
        tariff,
        random: (length) => random.bytes(length),
      }),
    ]
  })
}
