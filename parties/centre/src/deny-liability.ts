import type { Tx } from '@unifare/core'
import type { Tap } from '@unifare/tap'
import { type DenyRow, denyEntries, type TapRow } from './tables.ts'
import { denyListsOf } from './tiers/deny-lists.ts'
import type { TierRules } from './tiers/money.ts'

/** Whether the medium of a tap stood on the deny list that its terminal held. */
export type IsDenied = (
  row: Pick<TapRow, 'operator' | 'denyVersion'>,
  tap: Pick<Tap, 'medium' | 'issuer' | 'account'>,
) => boolean

/**
 * Liability: a terminal that held a list with the entry had to refuse. Terminals of some operators hold
 * the list of another centre.
 */
export async function openLiability(tx: Tx, lists: TierRules['lists'] = {}): Promise<IsDenied> {
  const entries = new Map<string, DenyRow[]>()
  for (const row of await tx.select(denyEntries, {})) {
    const alike = entries.get(row.key)
    if (alike === undefined) entries.set(row.key, [row])
    else alike.push(row)
  }
  const others = await denyListsOf(tx, Object.values(lists))
  const stood = ({ version, until }: Pick<DenyRow, 'version' | 'until'>, held: number) =>
    held >= version && (until === 0 || held < until)
  return ({ operator, denyVersion }, { medium, issuer, account }) => {
    const key = `${medium}/${issuer}/${account}`
    const list = lists[operator]
    const own = list === undefined ? entries.get(key) : others.get(`${list}/${key}`)
    return own?.some((row) => stood(row, denyVersion)) ?? false
  }
}
