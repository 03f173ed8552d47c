import type { Day, ManualClock } from '@unifare/core'
import { requireData, toHex } from '@unifare/core'
import type { Link } from '@unifare/tap'
import type { Decision } from '@unifare/terminal'
import {
  addressOf,
  addressOfTerminals,
  type InstitutionPort,
  type IssuerPort,
  type NetworkFile,
  type OperatorPort,
  type Plan,
  type Ports,
  type TerminalPort,
} from '../src/index.ts'
import type { CardField } from './card-field.ts'
import { type ControlClient, createControlClient } from './control-client.ts'
import type { ClosedDay } from './orders.ts'

/** Ports to parties in processes of their own. */
export interface RemotePorts extends Ports {
  /** Addresses that do not answer yet. */
  silent(): Promise<string[]>
  /** A closed day with all positions. */
  closedDay(day: Day): Promise<ClosedDay>
}

/** Makes the ports of a network file: a day rides through them as it does in one process. */
export function createRemotePorts(options: {
  readonly file: NetworkFile
  readonly plan: Plan
  /** The driver's own clock: every other process follows it. */
  readonly clock: ManualClock
  readonly field: CardField
  readonly riderLink: Link
}): RemotePorts {
  const { file, plan, clock, field, riderLink } = options
  const clients = createClients(file, () => clock.now())
  const at = (party: string) => clients.at(addressOf(file, party))
  const operatorOf = new Map(
    plan.operators.flatMap(({ institution, terminals }) =>
      terminals.map(({ terminal }) => [terminal, institution.id] as const),
    ),
  )
  const centre = plan.centre.id
  // Every address is opened now, so that a missing one is told before the day begins.
  const issuers = new Map(plan.issuers.map(({ id }) => [id, issuerPort(at(id), id)]))
  const operators = new Map(
    plan.operators.map(({ institution: { id } }) => [id, operatorPort(at(id), id, field)]),
  )
  const terminals = new Map(
    [...operatorOf].map(([id, operator]) => [
      id,
      terminalPort(clients.at(addressOfTerminals(file, operator)), id, field),
    ]),
  )
  const atCentre = at(centre)
  return {
    async setClock(instant) {
      clock.set(instant)
      await Promise.all(clients.all().map((client) => client.setClock(instant)))
    },
    centre: {
      ...institutionPort(atCentre, centre),
      rerunRoot: async (day) => (await atCentre.order(centre, 'rerunRoot', { day })) as string,
    },
    operator: (id) => found(operators, id),
    issuer: (id) => found(issuers, id),
    terminal: (id) => found(terminals, id),
    riderLink,
    silent: () => clients.silent(),
    closedDay: async (day) => (await atCentre.order(centre, 'closedDay', { day })) as ClosedDay,
  }
}

function createClients(file: NetworkFile, now: () => number) {
  const byUrl = new Map<string, ControlClient>()
  const token = tokenOf(file)
  return {
    at(url: string): ControlClient {
      const client = byUrl.get(url) ?? createControlClient({ url, token, now })
      byUrl.set(url, client)
      return client
    },
    all: () => [...byUrl.values()],
    async silent(): Promise<string[]> {
      const all = await Promise.all(
        [...byUrl].map(async ([url, client]) => ((await client.ready()) ? [] : [url])),
      )
      return all.flat()
    },
  }
}

/** The token between driver and parties; throws `network-file.bad-field` when the file has none. */
export function tokenOf(file: NetworkFile): string {
  requireData(
    file.controlToken !== undefined,
    'network-file.bad-field',
    `${file.name}: controlToken: is missing: riders need it to drive the day`,
  )
  return file.controlToken
}

function institutionPort(client: ControlClient, id: string): InstitutionPort {
  return {
    command: (order) => client.order(id, 'command', { order }),
    deliver: async () => (await client.order(id, 'deliver')) as number,
  }
}

function operatorPort(client: ControlClient, id: string, field: CardField): OperatorPort {
  return {
    ...institutionPort(client, id),
    async refresh() {
      await client.order(id, 'refresh')
    },
    load: (card, amountFen) =>
      field.lay(card, async (name) => {
        const told = await client.order(id, 'load', { card: name, amountFen })
        return told as Awaited<ReturnType<OperatorPort['load']>>
      }),
  }
}

function issuerPort(client: ControlClient, id: string): IssuerPort {
  return {
    ...institutionPort(client, id),
    async enrol(expiryMmyy) {
      await client.order(id, 'enrol', { expiryMmyy })
    },
    collect: async (day) =>
      (await client.order(id, 'collect', { day })) as { paid: number; advanced: number },
    async fund(account, amountFen) {
      await client.order(id, 'fund', { account, amountFen })
    },
  }
}

function terminalPort(client: ControlClient, id: string, field: CardField): TerminalPort {
  return {
    presentCard: (card, metered) =>
      field.lay(card, async (name) => {
        const order = { card: name, distanceM: 0, ...metered }
        return (await client.order(id, 'presentCard', order)) as Decision
      }),
    presentCode: async (bytes, metered) => {
      const order = { code: toHex(bytes), distanceM: 0, ...metered }
      return (await client.order(id, 'presentCode', order)) as Decision
    },
    async gateEvent(sequence, event) {
      await client.order(id, 'gateEvent', { sequence, event })
    },
    refresh: async () => (await client.order(id, 'refresh')) as number,
    upload: async () => (await client.order(id, 'upload')) as number,
  }
}

function found<T>(ports: ReadonlyMap<string, T>, id: string): T {
  const port = ports.get(id)
  if (port === undefined) throw new TypeError(`${id} takes no part in this network`)
  return port
}
