import type { Day, Tx } from '@unifare/core'
import { pagesOf } from '../row-pages.ts'
import { type ChargeRow, charges, type MarkRow, marks } from '../tables.ts'
import { firstUnjudged, unjudgedNumbers, verdictsOf, verdictsOfDay } from './verdict-pages.ts'

/** Marks of operators some of whose charges were judged by segments: all below the number are. */
const JUDGED = 'judged/'
/** Marks of operators that sent charges. */
const CHARGES = 'charges/'

/** Charges with their verdicts, however their days were closed; those that wait have none. */
export async function withVerdicts(tx: Tx, rows: readonly ChargeRow[]): Promise<ChargeRow[]> {
  const open = rows.filter(({ day }) => day === '')
  const verdicts = await verdictsOf(tx, open)
  const judged = new Map(open.map((row, i) => [row, verdicts[i]]))
  return rows.map((row) => {
    const one = judged.get(row)
    return one === undefined ? row : { ...row, day: one.day, verdict: one.verdict }
  })
}

/** Charges by name with their verdicts, in the order asked; undefined where there is none. */
export async function chargesOf(
  tx: Tx,
  keys: readonly Pick<ChargeRow, 'operator' | 'number'>[],
): Promise<(ChargeRow | undefined)[]> {
  const rows = await tx.get(charges, keys)
  const told = await withVerdicts(
    tx,
    rows.filter((row) => row !== undefined),
  )
  let next = 0
  return rows.map((row) => row && told[next++])
}

/** Charges of an operator that a day judged, or that wait where no day is told, in parts. */
export async function* chargesOfDay(
  tx: Tx,
  day: string,
  operator: string,
): AsyncGenerator<readonly ChargeRow[]> {
  if (day === '') {
    yield* waitingCharges(tx, { operator })
    return
  }
  for await (const page of verdictsOfDay(tx, day, { operator })) {
    const rows = await tx.get(
      charges,
      page.map(({ number }) => ({ operator, number })),
    )
    yield rows.filter((row) => row !== undefined)
  }
  yield* pagesOf(tx, charges, { day, operator })
}

/** What a day said of its charges, in the order of their names, in parts. */
export async function* judgedOn(
  tx: Tx,
  day: Day,
): AsyncGenerator<readonly Pick<ChargeRow, 'operator' | 'number' | 'verdict'>[]> {
  yield* verdictsOfDay(tx, day)
  yield* pagesOf(tx, charges, { day })
}

/**
 * Charges that wait for a close, of all operators or one, in the order of their names, in parts. Told
 * that there are gaps, because a centre below sends some of them only, it looks at every row without
 * a day.
 */
export async function* waitingCharges(
  tx: Tx,
  { operator, hasGaps = false }: { readonly operator?: string; readonly hasGaps?: boolean } = {},
): AsyncGenerator<readonly ChargeRow[]> {
  const all = await tx.select(marks, {})
  const judgedBelow = new Map(
    named(all, JUDGED).map(({ name, value }) => [name, Number(value)] as const),
  )
  if (judgedBelow.size === 0 || hasGaps) {
    const where = operator === undefined ? { day: '' } : { day: '', operator }
    for await (const page of pagesOf(tx, charges, where)) {
      const told = judgedBelow.size === 0 ? page : await withVerdicts(tx, page)
      yield told.filter(({ day }) => day === '')
    }
    return
  }
  const operators = named(all, CHARGES).map(({ name }) => name)
  for (const one of operators.filter((name) => operator === undefined || name === operator)) {
    yield* waitingFrom(tx, one, judgedBelow.get(one) ?? 0)
  }
}

/** Those of an operator from a number on: it numbers its charges without gaps. */
async function* waitingFrom(
  tx: Tx,
  operator: string,
  from: number,
): AsyncGenerator<readonly ChargeRow[]> {
  for (let number = from; ; ) {
    const { numbers, end } = await unjudgedNumbers(tx, operator, number)
    const rows = await tx.get(
      charges,
      numbers.map((one) => ({ operator, number: one })),
    )
    const known = rows.filter((row) => row !== undefined)
    yield known.filter(({ day }) => day === '')
    // Behind the last charge nobody has a number.
    if (numbers.length > 0 && rows.at(-1) === undefined) return
    number = end
  }
}

/** Notes how far the charges of operators are judged, some of which were judged just now. */
export async function noteJudged(tx: Tx, operators: readonly string[]): Promise<void> {
  const keys = operators.map((operator) => ({ name: `${JUDGED}${operator}` }))
  const known = await tx.get(marks, keys)
  const rows: MarkRow[] = []
  for (const [i, operator] of operators.entries()) {
    const from = await firstWaiting(tx, operator, Number(known[i]?.value ?? 0))
    rows.push({ name: `${JUDGED}${operator}`, value: String(from) })
  }
  await tx.put(marks, rows)
}

/** The first number of an operator's from one on that no day judged. */
async function firstWaiting(tx: Tx, operator: string, from: number): Promise<number> {
  for (let next = from; ; ) {
    const number = await firstUnjudged(tx, operator, next)
    const [row] = await tx.select(
      charges,
      { operator, day: '' },
      { limit: 1, after: { operator, number: number - 1 } },
    )
    if (row === undefined || row.number === number) return number
    // Those between were judged on days that were closed with objects.
    next = row.number
  }
}

function named(rows: readonly MarkRow[], prefix: string): MarkRow[] {
  return rows
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name, value }) => ({ name: name.slice(prefix.length), value }))
}
