import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  businessDay,
  businessDayStart,
  type Day,
  type Instant,
  parseDay,
  requireData,
  toHex,
  UnifareError,
} from '@unifare/core'
import { systemClock, systemRandom } from '@unifare/core/node'
import { parseNetwork, type StationNetwork } from '@unifare/fares'
import type { ClearingWay } from '@unifare/twin'
import { start } from './start.ts'

/** First day of the tariffs, and the end of what a card's dates can say. */
const FIRST_DAY = '2026-01-01'
const LAST_DAY = '2040-01-01'

/** Options as the command line gives them. */
export interface StartFlags {
  readonly once?: boolean
  readonly json?: boolean
  readonly port: number
  readonly seed?: string
  readonly day?: string
  readonly riders: number
  readonly pace: number
  readonly data: string
  readonly network?: string
  readonly lan?: boolean
  readonly authority: string
  readonly clearing: ClearingWay
}

/** Turns the flags of `unifare start` into a start. Without a seed every network is new. */
export async function startWith(flags: StartFlags): Promise<number> {
  const { day, network } = flags
  if (day !== undefined) {
    parseDay(day)
    requireData(
      day >= FIRST_DAY && day < LAST_DAY,
      'start.bad-day',
      `${day}: the demonstration's tariffs hold from ${FIRST_DAY} on`,
    )
  }
  const databaseUrl = process.env['DATABASE_URL']
  return start({
    seed: flags.seed ?? toHex(systemRandom().bytes(8)),
    // The last whole day: what people ride afterwards is of today.
    day: day ?? dayBefore(systemClock().now()),
    riders: flags.riders,
    dataDir: resolve(flags.data),
    once: flags.once ?? false,
    json: flags.json ?? false,
    port: flags.port,
    paceMs: flags.pace,
    lan: flags.lan ?? false,
    authorityDir: resolve(flags.authority),
    clearing: flags.clearing,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(network === undefined ? {} : { networks: await loadNetworks(resolve(network)) }),
  })
}

function dayBefore(at: Instant): Day {
  return businessDay(businessDayStart(businessDay(at)) - 1)
}

/** Station networks of a folder: one JSON file each, named by the operator inside. */
async function loadNetworks(folder: string): Promise<ReadonlyMap<string, StationNetwork>> {
  const names = await readdir(folder).catch(() => {
    throw new UnifareError('start.no-networks', `${folder} is not a folder that can be read`)
  })
  const networks = new Map<string, StationNetwork>()
  for (const name of names.filter((file) => file.endsWith('.json')).sort()) {
    const network = await readNetwork(join(folder, name))
    if (network.operator === null) {
      throw new UnifareError('start.bad-network', `${name} names no operator`)
    }
    networks.set(network.operator, network)
  }
  if (networks.size === 0) {
    throw new UnifareError('start.no-networks', `${folder} holds no station network (*.json)`)
  }
  return networks
}

async function readNetwork(path: string): Promise<StationNetwork> {
  let json: unknown
  try {
    json = JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw new UnifareError('start.bad-network', `${path}: ${(error as Error).message}`)
  }
  try {
    return parseNetwork(json)
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    throw new UnifareError(error.code, `${path}: ${error.message}`, error.details)
  }
}
