import type { Day, Tx } from '@unifare/core'
import { parseTap, type Tap } from '@unifare/tap'
import { leftOf } from './corrections.ts'
import { lateRows } from './journey-rows.ts'
import type { Paired } from './pairing.ts'
import { charges, type JourneyRow, type LeftCorrectionRow, taps } from './tables.ts'

/** A charged journey that a late end makes whole. */
export interface WholeJourney {
  readonly journey: JourneyRow
  /** Both its ends, as if they had come together. */
  readonly paired: Paired
  readonly entry: Tap
}

/**
 * Journeys by code that were charged with one end and have both now, each under what pairing found;
 * `left` are those that are too old to be corrected.
 */
export async function wholeJourneys(
  tx: Tx,
  paired: readonly Paired[],
  correctSince: Day,
): Promise<{
  readonly completed: ReadonlyMap<Paired, WholeJourney>
  readonly left: readonly LeftCorrectionRow[]
}> {
  const completed = new Map<Paired, WholeJourney>()
  const left: LeftCorrectionRow[] = []
  const late = (await lateRows(tx, paired)).filter(({ row }) => row.charge > 0)
  const rows = await tx.get(
    taps,
    late.map(({ completes: { terminal, sequence } }) => ({ terminal, sequence })),
  )
  const asked = await tx.get(
    charges,
    late.map(({ row }) => ({ number: row.charge })),
  )
  late.forEach(({ item, row }, index) => {
    const [other, charge] = [rows[index], asked[index]]
    if (other === undefined || charge === undefined) return
    const tap = parseTap(other.raw)
    const [entry, exit] = item.kind === 'late-exit' ? [tap, item.exit] : [item.entry, tap]
    if (charge.day < correctSince) left.push(leftOf(charge))
    else {
      const journey: JourneyRow = { ...row, state: 'complete' }
      completed.set(item, { journey, paired: { kind: 'journey', entry, exit }, entry })
    }
  })
  return { completed, left }
}
