import { canonicalJson, type Day, type Fen, fen, type Tx } from '@unifare/core'
import { postEntries } from '@unifare/ledger'
import { addSpent, moneyEntries, suspenseEntries } from '../books.ts'
import type { Cleared } from '../clearing.ts'
import type { ClosingDay, DayOutcome, Stated } from '../day-outcome.ts'
import type { ClosedDay } from '../engine/shard-file.ts'
import { createSplitCounter, resultSplits } from '../files/result-splits.ts'
import { noteJudged } from '../judged/judged-charges.ts'
import { createVerdictNotes } from '../judged/verdict-pages.ts'
import { storeRowsRoot } from '../proof/rows-day.ts'
import { partsOf } from '../rules/member-parts.ts'
import { addPairs, type PairSum, pairsOf } from '../settling/obligations.ts'
import {
  addSums,
  linesByMember,
  membersOf,
  NO_SUMS,
  type SideSums,
  type Statement,
  statementHead,
} from '../statement.ts'
import { createPageWriter, storedPages } from '../statement-pages.ts'
import { createDayStatistics } from '../statistics/note-day.ts'
import { orders, statements } from '../tables.ts'
import { pagesFromAbove, withFromAbove } from '../tiers/statements.ts'
import { type JudgedCharge, judgedPages } from './judged-pages.ts'
import { clearOwnDay, noRefusal, type SegmentTools } from './segment-clearing.ts'
import { storePage, storeVerdicts } from './store-page.ts'

/**
 * Closes a day by the segments of the centre's own journal: they are cleared on columns, then page by
 * page is written what is told of charges, accounts and cards, at last what is told once. No more
 * than a page is held at a time, beside sums by member, issuer and operator.
 */
export async function closeBySegments(
  tx: Tx,
  closing: ClosingDay,
  tools: SegmentTools,
): Promise<DayOutcome> {
  const { day, rules } = closing
  const { tiers } = rules
  const { cleared, closed, moves } = await clearOwnDay(tx, { ...closing, isClosed: false }, tools)
  const { pageCharges } = tools.clearing
  const sums = createDaySums(tx, closing)
  const own: ClosedDay = { read: noRefusal(day, (...of) => closed.read(...of)) }
  const verdicts = createVerdictNotes(tx, day)
  for await (const page of judgedPages(tx, { closed: own, day, rules, pageCharges })) {
    await storePage(tx, page, day)
    if (tiers !== undefined) await storeVerdicts(tx, page, day)
    else for (const { cleared: one } of page) verdicts.add(one.charge, one.verdict)
    await sums.add(page)
  }
  const told = await sums.end(pagesFromAbove(tx, tiers?.above ?? []))
  if (tiers === undefined) await noteJudged(tx, await verdicts.end())
  await postEntries(tx, moneyEntries(day, cleared.money, told.spent))
  await storeOrders(tx, moves, day)
  await storeRowsRoot(tx, cleared)
  const { root, positions, charges } = cleared
  const { normal: _normal, ...rejected } = cleared.verdicts
  const outcome = { day, root, positions, orders: moves }
  return {
    day,
    root,
    charges,
    rejected,
    positions,
    settledFen: fen(Number(cleared.settledFen)),
    money: { ...outcome, pairs: told.pairs, tiers },
    tell: (later) => tellSegments(later, outcome, { ...told, centre: closing.centre }),
  }
}

async function tellSegments(
  tx: Tx,
  cleared: Parameters<typeof statementHead>[1]['cleared'],
  told: Pick<Parameters<typeof statementHead>[1], 'centre'> & {
    readonly sums: ReadonlyMap<string, SideSums>
    readonly pages: ReadonlyMap<string, number>
    readonly above: readonly Statement[]
  },
): Promise<readonly Stated[]> {
  const { day } = cleared
  const own = membersOf(cleared, told.sums.keys()).map((member) => {
    const sums = told.sums.get(member) ?? NO_SUMS
    return statementHead(member, { cleared, centre: told.centre, sums })
  })
  const stated = withFromAbove(own, told.above, cleared).map((statement): Stated => {
    const { member } = statement
    const pages = told.pages.get(member) ?? 0
    return {
      statement,
      pages: Math.max(pages, 1),
      lines: () => (pages === 0 ? noLines() : storedPages(tx, { day, member })),
    }
  })
  await tx.put(
    statements,
    stated.map(({ statement }) => ({ day, member: statement.member, statement })),
  )
  return stated
}

/** A statement without lines is one page, too. */
async function* noLines(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(0)
}

/** What is summed over the pages of a day. */
function createDaySums(tx: Tx, { day, centre, fileRecordsMax }: ClosingDay) {
  const pairs = new Map<string, PairSum>()
  const spent = new Map<string, Fen>()
  const sums = new Map<string, SideSums>()
  const pages = createPageWriter(tx, day)
  const splits = createSplitCounter(day, fileRecordsMax)
  const statistics = createDayStatistics(tx, day)
  return {
    async add(page: readonly JudgedCharge[]): Promise<void> {
      const cleared = page.map((one) => one.cleared)
      const normal = cleared.filter(({ verdict }) => verdict === 'normal')
      addSpent(spent, cleared)
      addPairs(pairs, normal.flatMap(partsOf))
      await postEntries(tx, suspenseEntries(day, cleared))
      await statistics.add(
        normal.map(({ charge, reverses }) => ({
          charge,
          replacesFen: reverses?.amountFen ?? null,
        })),
      )
      for (const [member, lines] of linesByMember(cleared, centre)) {
        const own = sums.get(member) ?? { ...NO_SUMS }
        sums.set(member, own)
        addSums(own, lines)
        splits.add(member, lines)
        await pages.add(member, lines)
      }
    },
    /** Behind the own lines of a member stand those of the centres above. */
    async end(fromAbove: AsyncIterable<Statement>) {
      const above: Statement[] = []
      for await (const { lines, ...head } of fromAbove) {
        splits.add(head.member, lines)
        await pages.add(head.member, lines, canonicalJson)
        above.push({ ...head, lines: [] })
      }
      await statistics.end()
      await tx.put(resultSplits, splits.rows())
      return { pairs: pairsOf(pairs), spent, sums, above, pages: await pages.end() }
    },
  }
}

async function storeOrders(tx: Tx, moves: Cleared['orders'], day: Day): Promise<void> {
  const rows = await tx.get(
    orders,
    moves.map(({ issuer, order }) => ({ issuer, order })),
  )
  await tx.put(
    orders,
    rows.flatMap((row) => (row === undefined ? [] : [{ ...row, day }])),
  )
}
