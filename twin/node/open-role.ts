import type { CardTransport } from '@unifare/card'
import { requireData } from '@unifare/core'
import type { MessageHandler } from '@unifare/tap'
import {
  centresOf,
  createStationNodes,
  type Ground,
  openPlannedCentre,
  openPlannedIssuer,
  openPlannedOperator,
  openPlannedTerminal,
  type Plan,
} from '../src/index.ts'
import type { ControlOrders } from './control-app.ts'
import { centreOrders, issuerOrders, operatorOrders, terminalOrders } from './orders.ts'

/** Parties that keep state; riders drive them. */
export const SERVED_ROLES = ['centre', 'operator', 'issuer', 'terminal'] as const
export type ServedRole = (typeof SERVED_ROLES)[number]

/** The parties of one process, open. */
export interface ServedParties {
  /** Receivers on the link; terminals only send. */
  readonly handlers: ReadonlyMap<string, MessageHandler>
  /** What the driver of a day may order. */
  readonly orders: ReadonlyMap<string, ControlOrders>
  close(): Promise<void>
}

/**
 * Institutions that a process serves: the one named, or all of the role. Terminals are named by
 * their operator. Throws `network-file.unknown-id`.
 */
export function servedIds(plan: Plan, role: ServedRole, id?: string): readonly string[] {
  const all = {
    centre: () => centresOf(plan),
    issuer: () => plan.issuers.map((issuer) => issuer.id),
    operator: () => plan.operators.map(({ institution }) => institution.id),
    terminal: () => plan.operators.map(({ institution }) => institution.id),
  }[role]()
  if (id === undefined) return all
  requireData(
    all.includes(id),
    'network-file.unknown-id',
    `${id} is no ${role === 'terminal' ? 'operator' : role} of this network: ${all.join(', ')}`,
  )
  return [id]
}

/** Opens the parties of a role on their environments. */
export async function openRole(
  ground: Ground,
  role: ServedRole,
  options: {
    readonly ids: readonly string[]
    /** The way to a card that riders laid on a terminal or at a service point. */
    readonly cardOf: (name: string) => CardTransport
  },
): Promise<ServedParties> {
  const handlers = new Map<string, MessageHandler>()
  const orders = new Map<string, ControlOrders>()
  const closers: (() => Promise<void>)[] = []
  const add = (
    party: { readonly id: string; readonly handler: MessageHandler; close(): Promise<void> },
    told: ControlOrders,
  ) => {
    handlers.set(party.id, party.handler)
    orders.set(party.id, told)
    closers.push(() => party.close())
  }
  const open = {
    async centre(id: string) {
      const centre = await openPlannedCentre(ground, id)
      add(centre, centreOrders(centre))
    },
    async issuer(id: string) {
      const planned = await openPlannedIssuer(ground, id)
      add(planned.issuer, issuerOrders(planned))
    },
    async operator(id: string) {
      const operator = await openPlannedOperator(ground, id)
      add(operator, operatorOrders(ground, operator, options.cardOf))
    },
    async terminal(id: string) {
      const operator = ground.plan.operators.find(({ institution }) => institution.id === id)
      const linked = { stationOf: createStationNodes(), ...ground }
      for (const config of operator?.terminals ?? []) {
        const terminal = await openPlannedTerminal(linked, config)
        orders.set(config.terminal, terminalOrders(terminal, options.cardOf))
        closers.push(() => terminal.close())
      }
    },
  }[role]
  for (const id of options.ids) await open(id)
  return {
    handlers,
    orders,
    async close() {
      for (const close of closers) await close()
    },
  }
}
