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
import { isSigned, openSigned } from './signed-list.ts'

/** What `--tariff` names, opened. */
export type OpenedTariff =
  | { readonly kind: 'feed'; readonly feed: FareFeed }
  | {
      readonly kind: 'tariffs'
      readonly tariffs: readonly Tariff[]
      readonly networks: readonly StationNetwork[]
    }

/** Files that belong to what `--tariff` names. */
export interface TariffFiles {
  /** Station network of a tariff by shortest path. */
  readonly network?: string
  /** Public key of who signed the list. */
  readonly key?: string
}

/**
 * Opens a city of the catalogue, a tariff file, a signed list of tariffs or a GTFS folder. A city
 * without a network of its own gets the generated one of the demonstration, which is labelled so.
 * What is signed opens with its publisher's key only.
 */
export async function openTariff(what: string, files: TariffFiles = {}): Promise<OpenedTariff> {
  const found = await stat(what).catch(() => undefined)
  if (found?.isDirectory()) return { kind: 'feed', feed: await openGtfsFolder(what) }
  const text = found?.isFile() ? await readFile(what, 'utf8') : undefined
  if (text !== undefined && isSigned(text)) {
    const list = await openSigned(text, { file: what, keyFile: files.key })
    const networks = await networksOf(list.tariffs, files.network, list.networks)
    return { kind: 'tariffs', tariffs: list.tariffs, networks }
  }
  const chosen =
    text !== undefined
      ? parseTariffText(text)
      : tariffs().filter(({ id }) => id === what || id.startsWith(`${what}-`))
  if (chosen.length === 0) {
    const cities = [...new Set(tariffs().map(({ id }) => id.split('-')[0]))].join(', ')
    throw new UnifareError(
      'fares.no-tariff',
      `"${what}" is no folder, no file and no city of the catalogue: ${cities}`,
    )
  }
  return { kind: 'tariffs', tariffs: chosen, networks: await networksOf(chosen, files.network) }
}

async function networksOf(
  chosen: readonly Tariff[],
  networkFile: string | undefined,
  brought: readonly StationNetwork[] = [],
): Promise<StationNetwork[]> {
  if (networkFile !== undefined) {
    const json: unknown = JSON.parse(await readFile(networkFile, 'utf8'))
    return [parseNetwork(json)]
  }
  return chosen.flatMap((tariff) => {
    if (tariff.network === null) return []
    const own = brought.find(({ id }) => id === tariff.network)
    if (own !== undefined) return [own]
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
