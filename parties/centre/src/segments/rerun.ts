import { fen, type Tx } from '@unifare/core'
import { dayEntries } from '../books.ts'
import type { ClearedCharge } from '../clearing.ts'
import type { ClosingDay, Rerun } from '../day-outcome.ts'
import { judgedPages } from './judged-pages.ts'
import { clearOwnDay, type SegmentTools } from './segment-clearing.ts'

/** Clears a day again that was closed by segments: the same bytes in the same files. */
export async function rerunSegments(
  tx: Tx,
  asked: Omit<ClosingDay, 'centre' | 'fileRecordsMax'>,
  tools: SegmentTools,
): Promise<Rerun> {
  const { day, rules } = asked
  const { cleared, closed } = await clearOwnDay(tx, { ...asked, isClosed: true }, tools)
  const charges: ClearedCharge[] = []
  for await (const page of judgedPages(tx, { closed, day, rules })) {
    charges.push(...page.map((one) => one.cleared))
  }
  const { root, positions, money, lines: leaves } = cleared
  const settledFen = fen(Number(cleared.settledFen))
  return { root, charges, positions, settledFen, leaves, entries: dayEntries(day, charges, money) }
}
