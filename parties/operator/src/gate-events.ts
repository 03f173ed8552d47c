import type { Tx } from '@unifare/core'
import { parseTap, reasonOf, type Tap } from '@unifare/tap'
import type { Fresh } from './intake.ts'
import { type TapRow, taps } from './tables.ts'

/**
 * What a gate says later of an accepted record: `passed` confirms it, `timed-out` voids it (nobody
 * rode, or nobody was told to go). A card that was debited stays debited: its record is not voided;
 * nor is one whose rider was seen passing. Returns the rows of earlier batches that became void.
 */
export async function applyGateEvents(tx: Tx, fresh: readonly Fresh[]): Promise<TapRow[]> {
  const events = fresh.flatMap(({ tap }) =>
    tap !== undefined && tap.refersTo > 0 && (tap.kind === 'passed' || tap.kind === 'timed-out')
      ? [tap]
      : [],
  )
  if (events.length === 0) return []
  const here = new Map(fresh.map((item) => [item.row.sequence, item]))
  const elsewhere = [...new Set(events.map(({ refersTo }) => refersTo))].filter(
    (sequence) => !here.has(sequence),
  )
  const terminal = events[0]?.terminal ?? ''
  const found = await tx.get(
    taps,
    elsewhere.map((sequence) => ({ terminal, sequence })),
  )
  const before = new Map(
    found.flatMap((row) => (row === undefined ? [] : [[row.sequence, row] as const])),
  )
  const after = new Map(before)
  for (const event of events) {
    const item = here.get(event.refersTo)
    if (item !== undefined) item.row = told(item.row, event)
    const row = after.get(event.refersTo)
    if (row !== undefined) after.set(row.sequence, told(row, event))
  }
  const changed = [...after.values()].filter((row) => before.get(row.sequence) !== row)
  await tx.put(taps, changed)
  return changed.filter(({ state }) => state === 'void')
}

/** The row after an event that speaks of it. */
function told(row: TapRow, event: Tap): TapRow {
  if (row.state !== 'open' && row.state !== 'duplicate') return row
  if (event.kind === 'passed') return { ...row, note: 'passed' }
  if (row.note === 'passed' || debited(row)) return row
  return { ...row, state: 'void', note: reasonOf(event.reason) ?? 'gate.timed-out' }
}

function debited(row: TapRow): boolean {
  return row.medium === 'card' && parseTap(row.raw).amountFen > 0
}
