import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  businessDayStart,
  type Day,
  type Env,
  type Repository,
  requireData,
  toHex,
} from '@unifare/core'
import { makeFolder, openRepositories, systemRandom } from '@unifare/core/node'
import type { StationNetwork } from '@unifare/fares'
import {
  type ClearingWay,
  centresOf,
  createNetworkKeys,
  type DayOptions,
  type LocalNetwork,
  openLocalNetwork,
  type Plan,
  planNetwork,
  writeScript,
} from '@unifare/twin'
import { tellFault } from './alarm-line.ts'
import { openCentreClearing } from './centre-clearing.ts'
import { processEngine } from './engine.ts'
import { createDayClock, type DayClock } from './live/day-clock.ts'
import { openInstitutionStorage, openTerminalStanding } from './party-storage.ts'
import { writeStoredRecord } from './stored-network.ts'

/** Marks a folder as a demonstration's, so that only such a folder is ever emptied. */
const MARKER = 'unifare-demonstration'

/** How a demonstration network is started. */
export interface StartOptions {
  readonly seed: string
  readonly day: Day
  readonly riders: number
  readonly dataDir: string
  readonly databaseUrl?: string
  readonly networks?: ReadonlyMap<string, StationNetwork>
  readonly operators?: readonly string[]
  readonly issuers?: readonly string[]
  /** How the centre closes its days: with objects in memory unless given. */
  readonly clearing?: ClearingWay
  /** Port on this machine where its pages are served and commands ask it. */
  readonly pagePort?: number
}

/** A demonstration network in this process, with everything to ride a day. */
export interface Running {
  readonly plan: Plan
  readonly network: LocalNetwork
  readonly clock: DayClock
  readonly day: DayOptions
  /** Where state and money are kept, in words for people. */
  readonly database: string
  close(): Promise<void>
}

/** Starts all parties on files and a database under the data folder. */
export async function startNetwork(options: StartOptions): Promise<Running> {
  const engine = processEngine()
  const plan = planNetwork(options)
  checkNetworks(plan, options.networks ?? new Map())
  await emptyFolder(options.dataDir)
  const clock = createDayClock(businessDayStart(options.day))
  const keys = createNetworkKeys({ seed: options.seed, centre: plan.centre.id, engine })
  const databases = await openRepositories(
    options.databaseUrl === undefined
      ? { dataDir: join(options.dataDir, 'database') }
      : { databaseUrl: options.databaseUrl },
  )
  // New schemas for every start: state never meets the journals of another network.
  const run = toHex(systemRandom().bytes(4)).toLowerCase()
  const schemas = `demonstration_${run}_`
  const environments = await openEnvironments(plan, options.dataDir, clock, (id) =>
    databases.schema(`${schemas}${id}`),
  )
  const institutions = institutionsOf(plan)
  await writeStoredRecord(options.dataDir, 'network', {
    pid: process.pid,
    centre: plan.centre.id,
    parties: institutions.map(({ id }) => id),
    schemas,
    database: options.databaseUrl === undefined ? 'database' : null,
    keys: Object.fromEntries(institutions.map(({ id }) => [id, toHex(keys.link.publicKey(id))])),
    ...(options.pagePort !== undefined && { port: options.pagePort }),
  })
  const { seed, dataDir, clearing: way } = options
  const centre = plan.centre.id
  const clearing =
    way === 'segments' ? await openCentreClearing(centre, { seed, dataDir, centre }) : undefined
  const network = await openLocalNetwork(
    {
      plan,
      keys,
      engine,
      ...(clearing && { clearingOf: () => clearing.clearing }),
      onCentreFault: tellFault,
      envOf: (party) => {
        const env = environments.get(party)
        requireData(env !== undefined, 'twin.unknown-party', `${party} is not in this network`)
        return env
      },
    },
    clock,
  )
  const script = writeScript(plan, { riders: options.riders })
  return {
    plan,
    network,
    clock,
    day: { plan, script, keys, engine, ports: network.ports, now: () => clock.now() },
    database: databases.description,
    async close() {
      await network.close()
      await clearing?.close()
      await databases.close()
    },
  }
}

/** A loaded network that nobody rides on is a mistake, not a wish. */
function checkNetworks({ operators }: Plan, networks: ReadonlyMap<string, StationNetwork>): void {
  for (const [id, network] of networks) {
    const wanted = operators.find(({ institution }) => institution.id === id)?.tariffs[0]?.network
    requireData(
      wanted === network.id,
      'start.bad-network',
      `network ${network.id} of operator ${id}: ${wanted === undefined || wanted === null ? 'no such operator rides on a network here' : `its tariff asks for ${wanted}`}`,
    )
  }
}

/** The institutions of a network: its centre first. */
export function institutionsOf(plan: Plan): readonly { readonly id: string }[] {
  const { issuers, operators } = plan
  const centres = centresOf(plan).map((id) => ({ id }))
  return [...centres, ...issuers, ...operators.map(({ institution }) => institution)]
}

async function openEnvironments(
  plan: Plan,
  dataDir: string,
  clock: DayClock,
  repositoryOf: (id: string) => Promise<Repository>,
): Promise<ReadonlyMap<string, Env>> {
  const environments = new Map<string, Env>()
  const random = systemRandom()
  for (const { id } of institutionsOf(plan)) {
    const storage = await openInstitutionStorage(dataDir, id)
    environments.set(id, { clock, random, storage, repository: await repositoryOf(id) })
  }
  for (const operator of plan.operators) {
    const standing = await openTerminalStanding(dataDir, operator)
    for (const { terminal } of operator.terminals) {
      environments.set(terminal, { clock, random, ...standing })
    }
  }
  return environments
}

/**
 * Every start builds a new demonstration. A folder that is not one of ours is left alone, and so is
 * one whose network still runs: the marker holds the number of its process.
 */
async function emptyFolder(dir: string): Promise<void> {
  const marker = join(dir, MARKER)
  const [folder, ours] = [await exists(dir), await exists(marker)]
  requireData(
    !folder || ours,
    'start.foreign-folder',
    `${dir} exists and is not a demonstration's folder: name another one with --data`,
  )
  if (ours) {
    const owner = Number.parseInt(await readFile(marker, 'utf8'), 10)
    requireData(
      owner === process.pid || !isRunning(owner),
      'start.folder-taken',
      `the network of process ${owner} runs in ${dir}: end it, or name another folder with --data`,
    )
    await rm(dir, { recursive: true })
  }
  await makeFolder(dir)
  await writeFile(marker, `${process.pid}\nMade by "unifare start"; emptied by the next start.\n`)
}

function isRunning(pid: number): boolean {
  try {
    return Number.isSafeInteger(pid) && process.kill(pid, 0)
  } catch {
    return false
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
