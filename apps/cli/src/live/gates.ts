import { assert, fromHex, requireData, toHex } from '@unifare/core'
import type { TerminalConfig } from '@unifare/terminal'
import {
  deviceRow,
  type NetworkKeys,
  type Plan,
  type PlannedOperator,
  type Ports,
} from '@unifare/twin'

/** Terminal numbers of pages follow the national prefix and this digit; planned ones stay below. */
const PAGE_PREFIX = '41319'
const SERIAL_DIGITS = 7

/** What a page gets that becomes a terminal. */
export interface Enrolment {
  readonly config: TerminalConfig
  readonly centre: { readonly id: string; readonly key: string }
  readonly operator: { readonly id: string; readonly key: string }
}

/**
 * The demonstration's staff, who makes a page of a tablet a terminal: it gets a number of its own
 * at the place of a planned terminal, and its key goes into the operator's list of devices. The
 * same key at the same place is the same terminal again.
 */
export function createGateDesk({
  plan,
  keys,
  ports,
}: {
  readonly plan: Plan
  readonly keys: NetworkKeys
  readonly ports: Ports
}): (place: string, key: string) => Promise<Enrolment> {
  const enrolled = new Map<
    string,
    { operator: PlannedOperator; config: TerminalConfig; key: string; published: boolean }
  >()
  return async (place, key) => {
    requireData(
      /^[0-9A-F]{64}$/.test(key),
      'start.bad-gate-key',
      'a key is 32 bytes in hexadecimal',
    )
    const operator = plan.operators.find(({ terminals }) =>
      terminals.some(({ terminal }) => terminal === place),
    )
    const planned = operator?.terminals.find(({ terminal }) => terminal === place)
    requireData(
      operator !== undefined && planned !== undefined,
      'start.unknown-gate',
      `no terminal ${place} in this network: see /api/members`,
    )
    const name = `${place}/${key}`
    const known = enrolled.get(name)
    const serial = String(enrolled.size + 1).padStart(SERIAL_DIGITS, '0')
    const config = known?.config ?? { ...planned, terminal: `${PAGE_PREFIX}${serial}` }
    if (known?.published !== true) {
      enrolled.set(name, { operator, config, key, published: false })
      await publishDevices(operator)
      enrolled.set(name, { operator, config, key, published: true })
    }
    const { id } = operator.institution
    return {
      config,
      centre: { id: plan.centre.id, key: toHex(keys.link.publicKey(plan.centre.id)) },
      operator: { id, key: toHex(keys.link.publicKey(id)) },
    }
  }

  async function publishDevices(operator: PlannedOperator): Promise<void> {
    const port = ports.operator(operator.institution.id)
    const own = [...enrolled.values()].filter((one) => one.operator === operator)
    assert(own.length > 0, 'a gate was enrolled')
    const devices = [
      ...operator.terminals.map((one) => deviceRow(one, keys.link.publicKey(one.terminal))),
      ...own.map((one) => deviceRow(one.config, fromHex(one.key))),
    ]
    await port.command({ do: 'publish', kind: 'devices', content: { devices } })
    await port.deliver()
  }
}
