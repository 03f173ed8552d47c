import type { Centre } from '@unifare/centre'
import { assert, type ManualClock } from '@unifare/core'
import type { Operator } from '@unifare/operator'
import { createProcessLink } from '@unifare/tap'
import type { Terminal } from '@unifare/terminal'
import { operatorPort } from './operator-port.ts'
import {
  type Ground,
  openPlannedCentre,
  openPlannedIssuer,
  openPlannedOperator,
  openPlannedTerminal,
  type PlannedIssuer,
} from './parties.ts'
import type { IssuerPort, Ports } from './ports.ts'
import { createStationNodes } from './station-nodes.ts'

/** A whole network in this process. */
export interface LocalNetwork {
  readonly ports: Ports
  readonly centre: Centre
  readonly operators: ReadonlyMap<string, Operator>
  readonly issuers: ReadonlyMap<string, PlannedIssuer>
  readonly terminals: ReadonlyMap<string, Terminal>
  close(): Promise<void>
}

/** Opens all parties of a plan in this process, over the in-process carrier. */
export async function openLocalNetwork(
  ground: Omit<Ground, 'link'>,
  clock: ManualClock,
): Promise<LocalNetwork> {
  const link = createProcessLink()
  const full: Ground = { stationOf: createStationNodes(), ...ground, link }
  const { plan } = ground
  const centre = await openPlannedCentre(full)
  link.register(centre.id, centre.handler)
  const issuers = new Map<string, PlannedIssuer>()
  for (const { id } of plan.issuers) {
    const opened = await openPlannedIssuer(full, id)
    link.register(id, opened.issuer.handler)
    issuers.set(id, opened)
  }
  const operators = new Map<string, Operator>()
  const terminals = new Map<string, Terminal>()
  for (const planned of plan.operators) {
    const { id } = planned.institution
    const operator = await openPlannedOperator(full, id)
    link.register(id, operator.handler)
    operators.set(id, operator)
    for (const config of planned.terminals) {
      terminals.set(config.terminal, await openPlannedTerminal(full, config))
    }
  }
  const ports: Ports = {
    setClock: async (at) => clock.set(at),
    centre: { ...centre, rerunRoot: async (day) => (await centre.rerun(day)).root },
    operator: (id) => operatorPort(full, found(operators, id)),
    issuer: (id) => issuerPort(found(issuers, id)),
    terminal: (id) => found(terminals, id),
    riderLink: link,
  }
  return {
    ports,
    centre,
    operators,
    issuers,
    terminals,
    async close() {
      for (const terminal of terminals.values()) await terminal.close()
      for (const operator of operators.values()) await operator.close()
      for (const { issuer } of issuers.values()) await issuer.close()
      await centre.close()
    },
  }
}

/** An issuer and its bank as the driver sees them. */
export function issuerPort({ issuer, bank }: PlannedIssuer): IssuerPort {
  return { ...issuer, fund: async (account, amountFen) => bank.fund(account, amountFen) }
}

function found<T>(map: ReadonlyMap<string, T>, id: string): T {
  const value = map.get(id)
  assert(value !== undefined, `${id} takes part in this network`)
  return value
}
