import type { Centre } from '@unifare/centre'
import {
  businessDayStart,
  createManualClock,
  createMemoryRepository,
  createMemoryStorage,
  createSeededRandom,
  type Day,
  type Env,
  type MemoryStorage,
  type Random,
  type Table,
} from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import type { Terminal, TerminalConfig } from '@unifare/terminal'
import { prepareNetwork } from '../day.ts'
import { createNetworkKeys, type NetworkKeys } from '../keys.ts'
import { type LocalNetwork, openLocalNetwork } from '../local-ports.ts'
import { openPlannedTerminal } from '../parties.ts'
import { type Plan, planNetwork } from '../plan.ts'
import type { Ports } from '../ports.ts'

const DAY: Day = '2026-11-20'
/** A bus and a metro operator of one city, and the issuer of that city. */
const OPERATORS = ['15215211', '15215212'] as const
const ISSUERS = ['05215210'] as const
const MORNING_MS = 4 * 3_600_000

/** A small network in memory whose terminals can lose their power. */
export interface DrillNetwork {
  readonly plan: Plan
  readonly keys: NetworkKeys
  readonly network: LocalNetwork
  readonly ports: Ports
  readonly centre: Centre
  readonly now: () => number
  wait(ms: number): void
  terminals(role: TerminalConfig['role']): readonly TerminalConfig[]
  /** The terminal as it runs now; one that lost its power is opened again on its disk. */
  terminal(config: TerminalConfig): Promise<Terminal>
  /** All unsynced bytes are gone, some sectors in part. */
  losePower(config: TerminalConfig, random: Random): void
  /** Uploads, charges, closes the day. */
  settle(): Promise<void>
  /** Rows of all operators. */
  read<Row extends object>(table: Table<Row>, where: Partial<Row>): Promise<Row[]>
  close(): Promise<void>
}

/** Opens the network of a drill and publishes all lists. */
export async function openDrillNetwork(options: {
  readonly seed: string
  readonly engine: SignatureEngine
}): Promise<DrillNetwork> {
  const { seed, engine } = options
  const plan = planNetwork({ seed, day: DAY, operators: OPERATORS, issuers: ISSUERS })
  const keys = createNetworkKeys({ seed, centre: plan.centre.id, engine })
  const clock = createManualClock(businessDayStart(DAY))
  const random = createSeededRandom(`${seed}/env`)
  const disks = new Map<string, MemoryStorage>()
  const envs = new Map<string, Env>()
  const envOf = (party: string): Env => {
    const known = envs.get(party)
    if (known !== undefined) return known
    const storage = createMemoryStorage()
    const env: Env = { clock, random, storage, repository: createMemoryRepository() }
    disks.set(party, storage)
    envs.set(party, env)
    return env
  }
  const network = await openLocalNetwork({ plan, keys, engine, envOf }, clock)
  const { ports } = network
  const now = () => clock.now()
  await prepareNetwork({ plan, keys, engine, ports, now, script: { riders: [], steps: [] } })
  clock.set(businessDayStart(DAY) + MORNING_MS)
  const running = new Map(network.terminals)

  async function terminal(config: TerminalConfig): Promise<Terminal> {
    const known = running.get(config.terminal)
    if (known !== undefined) return known
    const ground = { plan, keys, engine, envOf, link: ports.riderLink }
    const opened = await openPlannedTerminal(ground, config)
    running.set(config.terminal, opened)
    return opened
  }

  const all = plan.operators.flatMap((operator) => operator.terminals)
  return {
    plan,
    keys,
    network,
    ports,
    centre: network.centre,
    now,
    wait: (ms) => clock.set(clock.now() + ms),
    terminals: (wanted) => all.filter(({ role }) => role === wanted),
    terminal,
    losePower(config, chance) {
      disks.get(config.terminal)?.crash(chance)
      running.delete(config.terminal)
    },
    async settle() {
      for (const config of all) while ((await (await terminal(config)).upload()) > 0);
      const at = clock.now()
      for (const operator of network.operators.values()) {
        await operator.deliver()
        await operator.command({ do: 'make-charges', upTo: at, giveUpBefore: at })
        await operator.deliver()
      }
      await network.centre.command({ do: 'close-day', day: DAY })
      await network.centre.deliver()
    },
    async read(table, where) {
      const rows = []
      for (const operator of network.operators.values()) {
        rows.push(...(await operator.read((tx) => tx.select(table, where))))
      }
      return rows
    },
    async close() {
      for (const party of network.operators.values()) await party.close()
      for (const { issuer } of network.issuers.values()) await issuer.close()
      await network.centre.close()
    },
  }
}
