import { type Day, type Tx, table } from '@unifare/core'
import { RECORDS_MAX } from '@unifare/tunion'
import type { Statement, StatementLine } from '../statement.ts'

/** Kinds with a record for every debit: what can outgrow the count of a file. */
export const DETAIL_KINDS = ['FB', 'CL'] as const
export type DetailKind = (typeof DETAIL_KINDS)[number]

/** A day whose records of a kind stand in several files of a member: its numbers behind move on. */
export interface ResultSplitRow {
  readonly member: string
  readonly kind: string
  readonly day: Day
  readonly parts: number
  /** Most records of a file when the day closed: made again, the files end where they ended. */
  readonly recordsMax: number
}

export const resultSplits = table<ResultSplitRow>({
  name: 'result_split',
  columns: { member: 'text', kind: 'text', day: 'text', parts: 'int', recordsMax: 'int' },
  key: ['member', 'kind', 'day'],
  indexes: [['member']],
})

/** Counts the result files that a day's lines will fill, as they come. */
export interface SplitCounter {
  add(member: string, lines: readonly StatementLine[]): void
  /** Days and kinds that fill several files. */
  rows(): ResultSplitRow[]
}

/** Opens the counter of a day that closes now. */
export function createSplitCounter(day: Day, recordsMax: number = RECORDS_MAX): SplitCounter {
  const counts = new Map<string, { parts: number; lines: number; records: number }>()
  const count = (key: string, lines: readonly StatementLine[]) => {
    const one = counts.get(key) ?? { parts: 1, lines: 0, records: 0 }
    counts.set(key, one)
    for (const { taps } of lines) {
      if (one.lines > 0 && one.records + taps.length > recordsMax) {
        one.parts += 1
        one.lines = 0
        one.records = 0
      }
      one.lines += 1
      one.records += taps.length
    }
  }
  return {
    add(member, lines) {
      for (const kind of DETAIL_KINDS) {
        count(`${member}/${kind}`, linesOfKind({ member, lines }, kind))
      }
    },
    rows: () =>
      [...counts].flatMap(([key, { parts }]): ResultSplitRow[] => {
        const [member = '', kind = ''] = key.split('/')
        return parts > 1 ? [{ member, kind, day, parts, recordsMax }] : []
      }),
  }
}

/** Notes, when a day closes, which of its result files will be several. */
export async function noteSplits(
  tx: Tx,
  statements: readonly Statement[],
  recordsMax?: number,
): Promise<void> {
  for (const { member, day, lines } of statements) {
    const counter = createSplitCounter(day, recordsMax)
    counter.add(member, lines)
    await tx.put(resultSplits, counter.rows())
  }
}

/** How a member's files of a day are numbered and split. */
export interface Numbering {
  /** Number of the first file of the kind. */
  readonly first: (kind: string) => number
  /** Most records of a file of the kind. */
  readonly most: (kind: string) => number
}

/** The numbering behind `closed` days, that one among them: one file a day, but for those split. */
export async function numberingOf(
  tx: Tx,
  { member, day, closed }: { readonly member: string; readonly day: Day; readonly closed: number },
): Promise<Numbering> {
  const rows = (await tx.select(resultSplits, { member })).filter((row) => row.day <= day)
  return {
    first: (kind) =>
      rows
        .filter((row) => row.kind === kind && row.day < day)
        .reduce((number, { parts }) => number + parts - 1, closed),
    most: (kind) =>
      rows.find((row) => row.kind === kind && row.day === day)?.recordsMax ?? RECORDS_MAX,
  }
}

/** Lines of a member. */
type StatedLines = Pick<Statement, 'member' | 'lines'>

/** A statement's lines, each charge once: who is issuer and operator at once has both sides. */
export function ownLines({ member, lines }: StatedLines): StatementLine[] {
  return lines.filter(
    ({ side, counterparty }) => side === 'receive' || (side === 'pay' && counterparty !== member),
  )
}

/** Lines that have their records in a kind: received ones in FB, those of own media in CL. */
export function linesOfKind(statement: StatedLines, kind: DetailKind): StatementLine[] {
  const received = kind === 'FB'
  return ownLines(statement).filter(({ side, counterparty }) =>
    received ? side === 'receive' : side === 'pay' || counterparty === statement.member,
  )
}

/**
 * Pages of lines with at most so many records each, one at least; the debits of a charge stand on
 * one page. A line counts for the debits that it names, though some of them may have no place.
 */
export function pagesOfRecords(lines: readonly StatementLine[], most: number): StatementLine[][] {
  const pages: StatementLine[][] = []
  let page: StatementLine[] = []
  let records = 0
  for (const line of lines) {
    if (page.length > 0 && records + line.taps.length > most) {
      pages.push(page)
      page = []
      records = 0
    }
    page.push(line)
    records += line.taps.length
  }
  return [...pages, page]
}
