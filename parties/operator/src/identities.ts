import type { Tx } from '@unifare/core'
import type { Fresh } from './intake.ts'
import { type IdentityRow, identities, type TapRow, taps } from './tables.ts'

/**
 * The same presentation under another delivery: only the first that came in can be charged. One
 * that turned out void makes room for the next: its rider was not let in by it, and may have been
 * let in by the same medium elsewhere.
 */
export async function claimIdentities(
  tx: Tx,
  { fresh, voided }: { readonly fresh: readonly Fresh[]; readonly voided: readonly TapRow[] },
): Promise<void> {
  const named = fresh.filter(({ row }) => row.identity !== '')
  const holders = await holdersOf(tx, [
    ...named.map(({ row }) => row.identity),
    ...voided.map(({ identity }) => identity),
  ])
  const claimed = new Map<string, IdentityRow>()
  const claim = (row: TapRow) => {
    holders.set(row.identity, row)
    claimed.set(row.identity, identityRow(row))
  }
  for (const item of named) {
    const { row } = item
    const holder = holders.get(row.identity)
    const free = holder === undefined || holder.state === 'void'
    if (free) claim(row)
    else if (row.state === 'open') item.row = asDuplicate(row)
  }
  for (const { identity } of voided) {
    if (holders.get(identity)?.state !== 'void') continue
    const waiting = (await tx.select(taps, { identity })).find(({ state }) => state === 'duplicate')
    if (waiting === undefined) continue
    const note = waiting.note === 'passed' ? 'passed' : ''
    const row: TapRow = { ...waiting, state: 'open', note }
    await tx.put(taps, [row])
    claim(row)
  }
  await tx.put(identities, [...claimed.values()])
}

/** Who holds an identity now, with the state that this batch left it in. */
async function holdersOf(tx: Tx, wanted: readonly string[]): Promise<Map<string, TapRow>> {
  const known = await tx.get(
    identities,
    wanted.map((identity) => ({ identity })),
  )
  const held = known.filter((row) => row !== undefined)
  const rows = await tx.get(
    taps,
    held.map(({ terminal, sequence }) => ({ terminal, sequence })),
  )
  return new Map(rows.flatMap((row) => (row === undefined ? [] : [[row.identity, row] as const])))
}

function asDuplicate(row: TapRow): TapRow {
  return { ...row, state: 'duplicate', note: row.note === 'passed' ? 'passed' : 'tap.duplicate' }
}

function identityRow({ identity, terminal, sequence }: TapRow): IdentityRow {
  return { identity, terminal, sequence }
}
