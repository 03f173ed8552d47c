import { equalBytes, type Storage, type Tx } from '@unifare/core'
import { type Charge, mediumId, parseCharge, parseTap, type Tap } from '@unifare/tap'
import { serialKey } from '../clearing.ts'
import { heldCharges } from '../rules/held-table.ts'
import { type DoubtfulSerials, doubtfulSerials } from '../settled/serial-owners.ts'
import { settledMarks } from '../settled/settled-marks.ts'
import { charges, serials, type TapRow, taps } from '../tables.ts'
import type { CaseState, ConflictCase, ConflictKind, ConflictSide } from './conflict-case.ts'

/** Conflicts that a close found: charges whose tap has a key that another content has. */
export async function chargeConflicts(tx: Tx, storage: Storage): Promise<ConflictCase[]> {
  const cases: ConflictCase[] = []
  const serials = await doubtfulSerials(tx, storage, { keep: false })
  for (const row of await tx.select(heldCharges, { verdict: 'tap.conflict' })) {
    const { operator, number, day, state, deadline } = row
    const [asked] = await tx.get(charges, [{ operator, number }])
    if (asked === undefined) continue
    const found = await conflictOf(parseCharge(asked.raw), `${operator}-${number}`, {
      tx,
      storage,
      serials,
    })
    if (found !== undefined)
      cases.push({ ...found, day, at: null, state: state as CaseState, deadline })
  }
  return cases
}

interface Known {
  readonly tx: Tx
  readonly storage: Storage
  readonly serials: DoubtfulSerials
}

type Found = Pick<ConflictCase, 'kind' | 'key' | 'standing' | 'other'>

/** The first tap of a charge that shares a key with another content. */
async function conflictOf(charge: Charge, name: string, known: Known): Promise<Found | undefined> {
  const { tx } = known
  const named = await tx.get(
    taps,
    charge.taps.map(({ terminal, sequence }) => ({ terminal, sequence })),
  )
  for (const row of named) {
    if (row === undefined || row.identity === '') continue
    const other = sideOf(row, name)
    const standing = await standingBeside(row, known)
    if (standing !== undefined) return { ...standing, other }
  }
  return undefined
}

async function standingBeside(
  row: TapRow,
  { tx, storage, serials: doubtful }: Known,
): Promise<{ kind: ConflictKind; key: string; standing: ConflictSide } | undefined> {
  const tap = parseTap(row.raw)
  const same = (await tx.select(taps, { identity: row.identity })).find(
    (one) => !equalBytes(one.raw, row.raw),
  )
  if (same !== undefined) {
    const standing = await settledSide(tx, storage, same)
    return { kind: 'medium', key: row.identity, standing }
  }
  const serial = serialKey(tap)
  const [mark] = serial === undefined ? [] : await tx.get(serials, [{ serial }])
  const owner = serial === undefined ? undefined : (mark?.identity ?? doubtful.owners.get(serial))
  if (serial === undefined || owner === undefined || owner === mediumId(tap)) return undefined
  const [first] = await tx.select(taps, { identity: owner })
  if (first === undefined) return undefined
  return { kind: 'serial', key: serial, standing: await settledSide(tx, storage, first) }
}

async function settledSide(tx: Tx, storage: Storage, row: TapRow): Promise<ConflictSide> {
  const [mark] = await settledMarks(tx, storage, [row.identity])
  return sideOf(row, mark?.charge ?? null)
}

function sideOf({ operator, terminal, sequence, raw }: TapRow, charge: string | null) {
  const tap: Tap = parseTap(raw)
  return { deliveredBy: operator, terminal, sequence, charge, tap }
}
