import { canonicalJson, type Instant, toHex, utf8 } from '@unifare/core'
import { sha256 } from '@unifare/crypto'
import type { Decision } from '@unifare/terminal'
import type { Ports } from './ports.ts'

/** Ports that remember what terminals decided. */
export interface TracedPorts {
  readonly ports: Ports
  /** SHA-256 over all decisions so far, in their order and with their instants; hexadecimal. */
  hash(): string
  readonly decisions: readonly TracedDecision[]
}

export interface TracedDecision {
  readonly at: Instant
  readonly terminal: string
  readonly decision: Decision
}

/** Writes down every decision of a day: two runs of one seed must give the same hash. */
export function tracePorts(ports: Ports): TracedPorts {
  const decisions: TracedDecision[] = []
  let now: Instant = 0
  const note = (terminal: string, decision: Decision): Decision => {
    decisions.push({ at: now, terminal, decision })
    return decision
  }
  return {
    decisions,
    hash: () => toHex(sha256(utf8(canonicalJson(decisions)))),
    ports: {
      ...ports,
      async setClock(at) {
        now = at
        await ports.setClock(at)
      },
      terminal(id) {
        const terminal = ports.terminal(id)
        return {
          ...terminal,
          presentCard: async (...presented) => note(id, await terminal.presentCard(...presented)),
          presentCode: async (...presented) => note(id, await terminal.presentCode(...presented)),
        }
      },
    },
  }
}
