import { type Instant, toHex } from '@unifare/core'
import type { Institution } from '@unifare/registry'
import type { Mode } from '@unifare/tap'
import type { Role } from '@unifare/terminal'
import type { NetworkKeys, Plan, PlannedOperator } from '@unifare/twin'

/** A party as a page knows it: its id, names, and the key that its answers are signed with. */
export interface Member {
  readonly id: string
  readonly nameZh: string
  readonly nameEn: string
  readonly division: string
  /** Ed25519, hexadecimal. */
  readonly key: string
}

/** A place where one taps. */
export interface MemberTerminal {
  readonly terminal: string
  readonly mode: Mode
  readonly line: number
  readonly station: number
  readonly stationZh: string
  readonly stationEn: string
  readonly role: Role
  readonly gate: boolean
}

/** Who takes part in the running network, for the pages of riders and gates. */
export interface Members {
  /** The network's time: phones keep how far theirs is from it. */
  readonly at: Instant
  readonly centre: { readonly id: string; readonly key: string }
  readonly issuers: readonly Member[]
  readonly operators: readonly (Member & {
    readonly modes: readonly Mode[]
    readonly terminals: readonly MemberTerminal[]
  })[]
}

/** Lists the members of a plan. */
export function membersOf(plan: Plan, keys: NetworkKeys, at: Instant): Members {
  const member = ({ id, nameZh, nameEn, division }: Institution): Member => ({
    id,
    nameZh,
    nameEn,
    division,
    key: toHex(keys.link.publicKey(id)),
  })
  return {
    at,
    centre: { id: plan.centre.id, key: toHex(keys.link.publicKey(plan.centre.id)) },
    issuers: plan.issuers.map(member),
    operators: plan.operators.map((operator) => ({
      ...member(operator.institution),
      modes: operator.institution.modes,
      terminals: terminalsOf(operator),
    })),
  }
}

function terminalsOf({ networks, terminals }: PlannedOperator): MemberTerminal[] {
  return terminals.map(({ terminal, mode, line, station, role, gate }) => {
    const place = networks.flatMap(({ stations }) => stations).find(({ id }) => id === station)
    const names = { stationZh: place?.nameZh ?? '', stationEn: place?.nameEn ?? '' }
    return { terminal, mode, line, station, ...names, role, gate }
  })
}
