import type { SegmentClearing } from '@unifare/centre'
import {
  businessDayStart,
  createManualClock,
  createMemoryRepository,
  createMemoryStorage,
  createSeededRandom,
  type Env,
  type Repository,
  type Storage,
} from '@unifare/core'
import { nodeEngine } from '@unifare/crypto/node'
import {
  createNetworkKeys,
  type DayOptions,
  type LocalNetwork,
  openLocalNetwork,
  type Plan,
  planNetwork,
  type TracedPorts,
  tracePorts,
  writeScript,
} from './src/index.ts'

/** What a tiny network is made from. */
export interface TinyNetwork {
  readonly seed: string
  readonly day: string
  readonly riders: number
  readonly operators: readonly string[]
  readonly issuers: readonly string[]
  /** The centre closes its days by segments; with objects when not given. */
  readonly clearing?: SegmentClearing
  /** Changes the plan before anything is opened. */
  readonly change?: (plan: Plan) => Plan
}

/** A whole network in memory, with everything to ride a day and to look behind it. */
export interface MemoryNetwork {
  readonly network: LocalNetwork
  readonly traced: TracedPorts
  readonly day: DayOptions
  /** Disks by party; handed to another network, its institutions start from these segments. */
  readonly disks: Map<string, Storage>
}

/** Opens a network on memory, with an empty repository for every party. */
export async function openMemoryNetwork(
  tiny: TinyNetwork,
  disks = new Map<string, Storage>(),
): Promise<MemoryNetwork> {
  const { change = (plan: Plan) => plan, clearing } = tiny
  const plan = change(planNetwork(tiny))
  const engine = nodeEngine()
  const clock = createManualClock(businessDayStart(tiny.day))
  const keys = createNetworkKeys({ seed: tiny.seed, centre: plan.centre.id, engine })
  const random = createSeededRandom(`${tiny.seed}/env`)
  const repositories = new Map<string, Repository>()
  const envOf = (party: string): Env => ({
    clock,
    random,
    storage: entry(disks, party, createMemoryStorage),
    repository: entry(repositories, party, createMemoryRepository),
  })
  const network = await openLocalNetwork(
    { plan, keys, engine, envOf, ...(clearing && { clearing }) },
    clock,
  )
  const traced = tracePorts(network.ports)
  const script = writeScript(plan, { riders: tiny.riders })
  const { ports } = traced
  const day = { plan, script, keys, engine, ports, now: () => clock.now() }
  return { network, traced, day, disks }
}

function entry<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key) ?? make()
  map.set(key, known)
  return known
}
