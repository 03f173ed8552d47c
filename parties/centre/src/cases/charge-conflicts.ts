import { equalBytes, type Tx } from '@unifare/core'
import { type Charge, mediumId, parseCharge, parseTap, type Tap } from '@unifare/tap'
import { serialKey } from '../clearing.ts'
import { heldCharges } from '../rules/held-table.ts'
import { charges, serials, settled, type TapRow, taps } from '../tables.ts'
import type { CaseState, ConflictCase, ConflictKind, ConflictSide } from './conflict-case.ts'

/** Conflicts that a close found: charges whose tap has a key that another content has. */
export async function chargeConflicts(tx: Tx): Promise<ConflictCase[]> {
  const cases: ConflictCase[] = []
  for (const row of await tx.select(heldCharges, { verdict: 'tap.conflict' })) {
    const { operator, number, day, state, deadline } = row
    const [asked] = await tx.get(charges, [{ operator, number }])
    if (asked === undefined) continue
    const found = await conflictOf(tx, parseCharge(asked.raw), `${operator}-${number}`)
    if (found !== undefined)
      cases.push({ ...found, day, at: null, state: state as CaseState, deadline })
  }
  return cases
}

type Found = Pick<ConflictCase, 'kind' | 'key' | 'standing' | 'other'>

/** The first tap of a charge that shares a key with another content. */
async function conflictOf(tx: Tx, charge: Charge, name: string): Promise<Found | undefined> {
  const named = await tx.get(
    taps,
    charge.taps.map(({ terminal, sequence }) => ({ terminal, sequence })),
  )
  for (const row of named) {
    if (row === undefined || row.identity === '') continue
    const other = sideOf(row, name)
    const standing = await standingBeside(tx, row)
    if (standing !== undefined) return { ...standing, other }
  }
  return undefined
}

async function standingBeside(
  tx: Tx,
  row: TapRow,
): Promise<{ kind: ConflictKind; key: string; standing: ConflictSide } | undefined> {
  const tap = parseTap(row.raw)
  const same = (await tx.select(taps, { identity: row.identity })).find(
    (one) => !equalBytes(one.raw, row.raw),
  )
  if (same !== undefined) {
    const standing = await settledSide(tx, same)
    return { kind: 'medium', key: row.identity, standing }
  }
  const serial = serialKey(tap)
  const [mark] = serial === undefined ? [] : await tx.get(serials, [{ serial }])
  if (serial === undefined || mark === undefined || mark.identity === mediumId(tap)) {
    return undefined
  }
  const [first] = await tx.select(taps, { identity: mark.identity })
  if (first === undefined) return undefined
  return { kind: 'serial', key: serial, standing: await settledSide(tx, first) }
}

async function settledSide(tx: Tx, row: TapRow): Promise<ConflictSide> {
  const [mark] = await tx.get(settled, [{ identity: row.identity }])
  return sideOf(row, mark?.charge ?? null)
}

function sideOf({ operator, terminal, sequence, raw }: TapRow, charge: string | null) {
  const tap: Tap = parseTap(raw)
  return { deliveredBy: operator, terminal, sequence, charge, tap }
}
