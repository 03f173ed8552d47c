import { type Day, type Instant, parseDay, SHANGHAI_OFFSET_MS } from '@unifare/core'
import { type Institution, institutions, simulated } from './institutions.ts'
import type { AcceptanceStatus, Medium, Mode } from './modes.ts'
import { once } from './parse.ts'

/** One line of who takes whose medium, on what. Later lines win over earlier ones of the same. */
export interface MembershipRow {
  readonly operator: string
  readonly mode: Mode
  readonly medium: Medium
  readonly issuer: string
  readonly status: AcceptanceStatus
  /** Midnight of the first day, Asia/Shanghai. */
  readonly from: Instant
  readonly fromDay: Day
}

/** Unifare's own membership for the demonstration; never a statement about real institutions. */
export interface Membership {
  readonly simulated: true
  readonly institutions: readonly Institution[]
  readonly acceptance: readonly MembershipRow[]
}

/** The simulated membership with its acceptance rules written out row by row. */
export const simulatedMembership: () => Membership = once(() => {
  const members = institutions()
  const acceptance = simulated().acceptance.flatMap((rule) => {
    const operators = chosen(members, 'operator', rule.operators)
    const issuers = chosen(members, 'issuer', rule.issuers)
    const { status, from: fromDay } = rule
    const from = parseDay(fromDay) - SHANGHAI_OFFSET_MS
    return operators.flatMap((operator) =>
      operator.modes.flatMap((mode) =>
        issuers.flatMap((issuer) =>
          rule.media.map((medium) => ({
            operator: operator.id,
            mode,
            medium,
            issuer: issuer.id,
            status,
            from,
            fromDay,
          })),
        ),
      ),
    )
  })
  return { simulated: true, institutions: members, acceptance }
})

function chosen(
  members: readonly Institution[],
  role: Institution['role'],
  ids: 'all' | readonly string[],
): readonly Institution[] {
  return members.filter((one) => one.role === role && (ids === 'all' || ids.includes(one.id)))
}
