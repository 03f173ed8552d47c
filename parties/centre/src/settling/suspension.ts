import {
  type AcceptanceContent,
  type AcceptanceRow,
  acceptanceOf,
  acceptanceRows,
  isOpen,
} from '@unifare/bundle'
import type { Instant } from '@unifare/core'

/** A row that ends the acceptance of a suspended member; programs read it as any ended one. */
interface SuspendedRow extends AcceptanceRow {
  readonly because?: 'suspended'
}

/** The list in which nobody takes a member's media and it takes nobody's, from an instant on. */
export function suspendIn(
  content: AcceptanceContent,
  { member, at }: { readonly member: string; readonly at: Instant },
): AcceptanceContent {
  const ended = standing(content, at)
    .filter((row) => concerns(row, member) && isOpen(row))
    .map((row): SuspendedRow => ({ ...row, status: 'ended', from: at, because: 'suspended' }))
  return { rows: [...content.rows, ...ended] }
}

/** The list in which a member is taken as before; what is with another suspended member stays. */
export function resumeIn(
  content: AcceptanceContent,
  {
    member,
    at,
    suspended,
  }: { readonly member: string; readonly at: Instant; readonly suspended: ReadonlySet<string> },
): AcceptanceContent {
  const again = standing(content, at).flatMap((row): AcceptanceRow[] => {
    if (!concerns(row, member) || row.because !== 'suspended') return []
    if ([row.operator, row.issuer].some((one) => suspended.has(one))) return []
    const rows: readonly SuspendedRow[] = acceptanceRows(content, row)
    const before = rows.findLast(({ because, from }) => because !== 'suspended' && from <= at)
    return before === undefined ? [] : [{ ...before, from: at }]
  })
  return { rows: [...content.rows, ...again] }
}

/** The row that holds at an instant for everything that the list speaks of. */
function standing(content: AcceptanceContent, at: Instant): SuspendedRow[] {
  const rows = new Map<string, SuspendedRow>()
  for (const row of content.rows) {
    const key = `${row.operator}/${row.mode}/${row.medium}/${row.issuer}`
    if (rows.has(key)) continue
    const now = acceptanceOf(content, row, at)
    if (now !== undefined) rows.set(key, now)
  }
  return [...rows.values()]
}

function concerns({ operator, issuer }: AcceptanceRow, member: string): boolean {
  return operator === member || issuer === member
}
