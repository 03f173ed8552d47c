import { type Tx, utf8 } from '@unifare/core'
import { postEntries } from '@unifare/ledger'
import type { Cleared } from './clearing.ts'
import { runDay, storeDay } from './close.ts'
import type { ClosingDay, DayOutcome, DayResult, Stated } from './day-outcome.ts'
import { noteSplits } from './files/result-splits.ts'
import type { SettledHistory } from './settled/from-history.ts'
import { pagesOf, type Statement, type StatementLine, statementsOf } from './statement.ts'
import { STATEMENT_PART_LINES } from './statement-pages.ts'
import { linesText } from './statement-text.ts'
import { statements } from './tables.ts'
import { pagesFromAbove, withFromAbove } from './tiers/statements.ts'

/** Closes a day with objects in memory: the specification of all closes. */
export async function closeWithObjects(
  tx: Tx,
  closing: ClosingDay,
  history: SettledHistory,
): Promise<DayOutcome> {
  const cleared = await runDay(tx, { ...closing, history, again: false })
  await storeDay(tx, cleared)
  await postEntries(tx, cleared.entries)
  return {
    ...resultOf(cleared),
    positions: cleared.positions,
    money: { ...cleared, tiers: closing.rules.tiers },
    tell: (later) => tellObjects(later, cleared, closing),
  }
}

async function tellObjects(
  tx: Tx,
  cleared: Cleared,
  { centre, rules, fileRecordsMax }: ClosingDay,
): Promise<readonly Stated[]> {
  const { day, root } = cleared
  const { above = [] } = rules.tiers ?? {}
  const pages: Statement[] = []
  for await (const page of pagesFromAbove(tx, above)) pages.push(page)
  const all = withFromAbove(statementsOf(cleared, centre), pages, { day, root })
  await tx.put(
    statements,
    all.map((statement) => ({ day, member: statement.member, statement })),
  )
  await noteSplits(tx, all, fileRecordsMax)
  return all.map((statement) => {
    const pages = pagesOf(statement.lines, STATEMENT_PART_LINES)
    return { statement, pages: pages.length, lines: () => eachOf(pages) }
  })
}

async function* eachOf(pages: readonly (readonly StatementLine[])[]): AsyncGenerator<Uint8Array> {
  for (const page of pages) yield utf8(linesText(page))
}

function resultOf(cleared: Cleared): DayResult {
  const rejected: Record<string, number> = {}
  for (const { verdict } of cleared.charges) {
    if (verdict !== 'normal') rejected[verdict] = (rejected[verdict] ?? 0) + 1
  }
  const { day, root, settledFen, charges } = cleared
  return { day, root, settledFen, charges: charges.length, rejected }
}
