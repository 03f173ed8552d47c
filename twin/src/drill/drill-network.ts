import type { Centre } from '@unifare/centre'
import {
  assert,
  businessDayStart,
  createManualClock,
  createMemoryRepository,
  createMemoryStorage,
  createSeededRandom,
  type Day,
  type Env,
  type ManualClock,
  type MemoryStorage,
  type Random,
  type Repository,
  type Table,
} from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import type { Operator } from '@unifare/operator'
import { createProcessLink, type Link } from '@unifare/tap'
import type { Terminal, TerminalConfig } from '@unifare/terminal'
import { prepareNetwork } from '../day.ts'
import { createNetworkKeys, type NetworkKeys } from '../keys.ts'
import { issuerPort } from '../local-ports.ts'
import { operatorPort } from '../operator-port.ts'
import {
  type Ground,
  openPlannedCentre,
  openPlannedIssuer,
  openPlannedOperator,
  openPlannedTerminal,
  type PlannedIssuer,
} from '../parties.ts'
import { type Plan, planNetwork } from '../plan.ts'
import type { Ports } from '../ports.ts'

const DAY: Day = '2026-11-20'
/** A bus and a metro operator of one city, and the issuer of that city. */
const OPERATORS = ['15215211', '15215212'] as const
const ISSUER = '05215210'
const MORNING_MS = 4 * 3_600_000

/** A small network in memory whose parties can be stopped at any time. */
export interface DrillNetwork {
  readonly plan: Plan
  readonly keys: NetworkKeys
  readonly engine: SignatureEngine
  readonly ports: Ports
  readonly clock: ManualClock
  readonly link: Link
  centre(): Centre
  issuer(): PlannedIssuer
  operator(id: string): Operator
  readonly operators: readonly string[]
  wait(ms: number): void
  terminals(role: TerminalConfig['role']): readonly TerminalConfig[]
  /** The terminal as it runs now; one that lost its power is opened again on its disk. */
  terminal(config: TerminalConfig): Promise<Terminal>
  /** All unsynced bytes are gone, some sectors in part. */
  losePower(config: TerminalConfig, random: Random): void
  /**
   * An institution loses power and starts again on its journal; with `forget` its database is
   * gone, too, and is rebuilt from the journal alone.
   */
  restart(id: string, options: { readonly forget: boolean; readonly random: Random }): Promise<void>
  /** Uploads, charges, closes the day. */
  settle(): Promise<void>
  /** Rows of all operators. */
  read<Row extends object>(table: Table<Row>, where: Partial<Row>): Promise<Row[]>
  close(): Promise<void>
}

interface Standing {
  readonly storage: MemoryStorage
  repository: Repository
}

/** Opens the network of a drill and publishes all lists; `wrap` may spoil the carrier afterwards. */
export async function openDrillNetwork(options: {
  readonly seed: string
  readonly engine: SignatureEngine
  readonly wrap?: (link: Link) => Link
}): Promise<DrillNetwork> {
  const { seed, engine, wrap } = options
  const plan = planNetwork({ seed, day: DAY, operators: OPERATORS, issuers: [ISSUER] })
  const keys = createNetworkKeys({ seed, centre: plan.centre.id, engine })
  const clock = createManualClock(businessDayStart(DAY))
  const { envOf, standing } = environments(seed, clock)
  const wire = createProcessLink()
  let carrier: Link = wire
  const link: Link = { send: (receiver, message) => carrier.send(receiver, message) }
  const ground: Ground = { plan, keys, engine, envOf, link }
  const institutions = await openInstitutions(ground, wire)
  const { centre, issuer, operator } = institutions
  const terminals = new Map<string, Terminal>()
  const all = plan.operators.flatMap((planned) => planned.terminals)

  async function terminal(config: TerminalConfig): Promise<Terminal> {
    const opened = terminals.get(config.terminal) ?? (await openPlannedTerminal(ground, config))
    terminals.set(config.terminal, opened)
    return opened
  }

  for (const config of all) await terminal(config)
  const ports = portsOf(ground, institutions, {
    clock,
    link,
    terminal: (id) => found(terminals, id),
  })
  const now = () => clock.now()
  await prepareNetwork({ plan, keys, engine, ports, now, script: { riders: [], steps: [] } })
  clock.set(businessDayStart(DAY) + MORNING_MS)
  if (wrap !== undefined) carrier = wrap(wire)

  return {
    plan,
    keys,
    engine,
    ports,
    clock,
    link,
    centre,
    issuer,
    operator,
    operators: OPERATORS,
    wait: (ms) => clock.set(clock.now() + ms),
    terminals: (wanted) => all.filter(({ role }) => role === wanted),
    terminal,
    losePower(config, random) {
      found(standing, config.terminal).storage.crash(random)
      terminals.delete(config.terminal)
    },
    async restart(id, { forget, random }) {
      const stood = found(standing, id)
      stood.storage.crash(random)
      if (forget) stood.repository = createMemoryRepository()
      await institutions.open(id)
    },
    async settle() {
      for (const config of all) while ((await (await terminal(config)).upload()) > 0);
      const at = clock.now()
      for (const id of OPERATORS) {
        await operator(id).deliver()
        await operator(id).command({ do: 'make-charges', upTo: at, giveUpBefore: at })
        await operator(id).deliver()
      }
      await centre().command({ do: 'close-day', day: DAY })
      await centre().deliver()
    },
    async read(table, where) {
      const rows = []
      for (const id of OPERATORS) {
        rows.push(...(await operator(id).read((tx) => tx.select(table, where))))
      }
      return rows
    },
    async close() {
      for (const id of OPERATORS) await operator(id).close()
      await issuer().issuer.close()
      await centre().close()
    },
  }
}

/** Environments that outlive the parties on them. */
function environments(seed: string, clock: ManualClock) {
  const random = createSeededRandom(`${seed}/env`)
  const standing = new Map<string, Standing>()
  const envOf = (party: string): Env => {
    const known = standing.get(party)
    const stood = known ?? { storage: createMemoryStorage(), repository: createMemoryRepository() }
    standing.set(party, stood)
    return { clock, random, ...stood }
  }
  return { envOf, standing }
}

/** Centre, issuer and operators as they run now. */
async function openInstitutions(ground: Ground, wire: ReturnType<typeof createProcessLink>) {
  let theCentre: Centre | undefined
  let theIssuer: PlannedIssuer | undefined
  const operators = new Map<string, Operator>()
  const { id: centreId } = ground.plan.centre

  async function open(id: string): Promise<void> {
    if (id === centreId) {
      theCentre = await openPlannedCentre(ground)
      wire.register(id, theCentre.handler)
    } else if (id === ISSUER) {
      theIssuer = await openPlannedIssuer(ground, id, theIssuer?.bank)
      wire.register(id, theIssuer.issuer.handler)
    } else {
      const opened = await openPlannedOperator(ground, id)
      operators.set(id, opened)
      wire.register(id, opened.handler)
    }
  }

  for (const id of [centreId, ISSUER, ...OPERATORS]) await open(id)
  return {
    open,
    centre: (): Centre => {
      assert(theCentre !== undefined, 'the centre is open')
      return theCentre
    },
    issuer: (): PlannedIssuer => {
      assert(theIssuer !== undefined, 'the issuer is open')
      return theIssuer
    },
    operator: (id: string) => found(operators, id),
  }
}

function portsOf(
  ground: Ground,
  { centre, issuer, operator }: Awaited<ReturnType<typeof openInstitutions>>,
  own: {
    readonly clock: ManualClock
    readonly link: Link
    readonly terminal: (id: string) => Terminal
  },
): Ports {
  return {
    setClock: async (at) => own.clock.set(at),
    get centre() {
      return { ...centre(), rerunRoot: async (day: Day) => (await centre().rerun(day)).root }
    },
    operator: (id) => operatorPort(ground, operator(id)),
    issuer: () => issuerPort(issuer()),
    terminal: own.terminal,
    riderLink: own.link,
  }
}

function found<T>(map: ReadonlyMap<string, T>, id: string): T {
  const value = map.get(id)
  assert(value !== undefined, `${id} takes part in the drill`)
  return value
}
