import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  businessDayStart,
  createManualClock,
  createMemoryRepository,
  type Day,
  type Env,
  type ManualClock,
  type Repository,
  requireData,
  toHex,
} from '@unifare/core'
import { createFileStorage, openRepositories, systemRandom } from '@unifare/core/node'
import { nodeEngine } from '@unifare/crypto/node'
import type { StationNetwork } from '@unifare/fares'
import {
  createNetworkKeys,
  type DayOptions,
  type LocalNetwork,
  openLocalNetwork,
  type Plan,
  planNetwork,
  writeScript,
} from '@unifare/twin'

/** Marks a folder as a demonstration's, so that only such a folder is ever emptied. */
const MARKER = 'unifare-demonstration'
/** Journals of terminals are small: hundreds of them stand on one disk here. */
const TERMINAL_STEP_BYTES = 64 * 1024

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
}

/** A demonstration network in this process, with everything to ride a day. */
export interface Running {
  readonly plan: Plan
  readonly network: LocalNetwork
  readonly clock: ManualClock
  readonly day: DayOptions
  /** Where state and money are kept, in words for people. */
  readonly database: string
  close(): Promise<void>
}

/** Starts all parties on files and a database under the data folder. */
export async function startNetwork(options: StartOptions): Promise<Running> {
  await emptyFolder(options.dataDir)
  const engine = nodeEngine()
  const plan = planNetwork(options)
  const clock = createManualClock(businessDayStart(options.day))
  const keys = createNetworkKeys({ seed: options.seed, centre: plan.centre.id, engine })
  const databases = await openRepositories(
    options.databaseUrl === undefined
      ? { dataDir: join(options.dataDir, 'database') }
      : { databaseUrl: options.databaseUrl },
  )
  // New schemas for every start: state never meets the journals of another network.
  const run = toHex(systemRandom().bytes(4)).toLowerCase()
  const environments = await openEnvironments(plan, options.dataDir, clock, (id) =>
    databases.schema(`demonstration_${run}_${id}`),
  )
  const network = await openLocalNetwork(
    {
      plan,
      keys,
      engine,
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
      await databases.close()
    },
  }
}

async function openEnvironments(
  plan: Plan,
  dataDir: string,
  clock: ManualClock,
  repositoryOf: (id: string) => Promise<Repository>,
): Promise<ReadonlyMap<string, Env>> {
  const environments = new Map<string, Env>()
  const random = systemRandom()
  const institutions = [plan.centre, ...plan.issuers, ...plan.operators.map((o) => o.institution)]
  for (const { id } of institutions) {
    const storage = await createFileStorage(join(dataDir, 'parties', id))
    environments.set(id, { clock, random, storage, repository: await repositoryOf(id) })
  }
  const options = { stepBytes: TERMINAL_STEP_BYTES }
  for (const { institution, terminals } of plan.operators) {
    const storage = await createFileStorage(join(dataDir, 'terminals', institution.id), options)
    const repository = createMemoryRepository()
    for (const { terminal } of terminals) {
      environments.set(terminal, { clock, random, storage, repository })
    }
  }
  return environments
}

/** Every start builds a new demonstration; a folder that is not one of ours is left alone. */
async function emptyFolder(dir: string): Promise<void> {
  const marker = join(dir, MARKER)
  const [folder, ours] = [await exists(dir), await exists(marker)]
  requireData(
    !folder || ours,
    'start.foreign-folder',
    `${dir} exists and is not a demonstration's folder: name another one with --data`,
  )
  if (ours) await rm(dir, { recursive: true })
  await mkdir(dir, { recursive: true, mode: 0o700 })
  await writeFile(marker, 'Made by "unifare start"; emptied by the next start.\n')
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
