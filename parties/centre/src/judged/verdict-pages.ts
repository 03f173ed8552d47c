import { type Day, type Tx, table, view } from '@unifare/core'
import { VERDICT_NUMBERS, verdictOf } from '../engine/verdict-rows.ts'
import type { Verdict } from '../verdicts.ts'

/**
 * What days that were closed by segments said of an operator's charges of a thousand numbers: the
 * charges themselves stay as they came in.
 */
interface VerdictPageRow {
  readonly operator: string
  /** Its numbers over `PAGE_NUMBERS`. */
  readonly page: number
  /** Days that judged some of them. */
  readonly days: unknown
  /** Of every number its verdict (1 byte) and the place of its day (2). */
  readonly cells: Uint8Array
}

/** Pages with charges that a day judged. */
interface JudgedPageRow {
  readonly day: Day
  readonly operator: string
  readonly page: number
}

const verdictPages = table<VerdictPageRow>({
  name: 'charge_verdicts',
  columns: { operator: 'text', page: 'int', days: 'json', cells: 'bytes' },
  key: ['operator', 'page'],
})

const judgedPages = table<JudgedPageRow>({
  name: 'judged_page',
  columns: { day: 'text', operator: 'text', page: 'int' },
  key: ['day', 'operator', 'page'],
})

const PAGE_NUMBERS = 1_024
const CELL_BYTES = 3
/** A number that no day judged. */
const NONE = 0xff
/** Pages that are written and read at once. */
const PAGES_AT_ONCE = 512

/** A charge by its operator and number. */
export interface ChargeKey {
  readonly operator: string
  readonly number: number
}

/** What a day said of a charge. */
export interface Judged extends ChargeKey {
  readonly day: Day
  readonly verdict: Verdict
}

/** Takes verdicts of a day that closes now, a byte for each, and keeps them at the end. */
export interface VerdictNotes {
  add(charge: ChargeKey, verdict: Verdict): void
  /** Operators of whose charges some were judged. */
  end(): Promise<readonly string[]>
}

/** Opens the verdicts of a day that closes now. */
export function createVerdictNotes(tx: Tx, day: Day): VerdictNotes {
  const pages = new Map<string, Map<number, Uint8Array>>()
  return {
    add({ operator, number }, verdict) {
      let own = pages.get(operator)
      if (own === undefined) pages.set(operator, (own = new Map()))
      const page = pageOf(number)
      let cells = own.get(page)
      if (cells === undefined) own.set(page, (cells = new Uint8Array(PAGE_NUMBERS).fill(NONE)))
      cells[number % PAGE_NUMBERS] = VERDICT_NUMBERS[verdict]
    },
    async end() {
      const all = [...pages].flatMap(([operator, own]) =>
        [...own].map(([page, verdicts]) => ({ operator, page, verdicts })),
      )
      for (let at = 0; at < all.length; at += PAGES_AT_ONCE) {
        const some = all.slice(at, at + PAGES_AT_ONCE)
        const keys = some.map(({ operator, page }) => ({ operator, page }))
        const known = await tx.get(verdictPages, keys)
        const rows = some.map((one, i) => withDay(known[i] ?? emptyPage(one), day, one.verdicts))
        await tx.put(verdictPages, rows)
        await tx.put(
          judgedPages,
          keys.map((key) => ({ day, ...key })),
        )
      }
      return [...pages.keys()].sort()
    },
  }
}

function pageOf(number: number): number {
  return Math.floor(number / PAGE_NUMBERS)
}

function emptyPage({ operator, page }: Pick<VerdictPageRow, 'operator' | 'page'>): VerdictPageRow {
  const cells = new Uint8Array(PAGE_NUMBERS * CELL_BYTES)
  for (let at = 0; at < cells.length; at += CELL_BYTES) cells[at] = NONE
  return { operator, page, days: [], cells }
}

function withDay(row: VerdictPageRow, day: Day, verdicts: Uint8Array): VerdictPageRow {
  const days = [...(row.days as readonly Day[]), day]
  const cells = row.cells.slice()
  const words = view(cells)
  for (let i = 0; i < PAGE_NUMBERS; i++) {
    if (verdicts[i] === NONE) continue
    cells[i * CELL_BYTES] = verdicts[i] as number
    words.setUint16(i * CELL_BYTES + 1, days.length - 1)
  }
  return { ...row, days, cells }
}

/** What days that were closed by segments said of charges, in the order asked; undefined of others. */
export async function verdictsOf(
  tx: Tx,
  asked: readonly ChargeKey[],
): Promise<readonly (Judged | undefined)[]> {
  const keys = new Map(
    asked.map(({ operator, number }) => {
      const page = pageOf(number)
      return [`${operator}/${page}`, { operator, page }] as const
    }),
  )
  const found = await tx.get(verdictPages, [...keys.values()])
  const rows = new Map([...keys.keys()].map((name, i) => [name, found[i]]))
  return asked.map(({ operator, number }) => {
    const row = rows.get(`${operator}/${pageOf(number)}`)
    return row && cellOf(row, number)
  })
}

function cellOf({ operator, days, cells }: VerdictPageRow, number: number): Judged | undefined {
  const at = (number % PAGE_NUMBERS) * CELL_BYTES
  const verdict = cells[at] as number
  if (verdict === NONE) return undefined
  const day = (days as readonly Day[])[view(cells).getUint16(at + 1)] as Day
  return { operator, number, day, verdict: verdictOf(verdict) }
}

/** The charges that a day judged which was closed by segments, in the order of their names, in parts. */
export async function* verdictsOfDay(
  tx: Tx,
  day: Day,
  { operator }: { readonly operator?: string } = {},
): AsyncGenerator<readonly Judged[]> {
  const pages = await tx.select(judgedPages, operator === undefined ? { day } : { day, operator })
  for (let at = 0; at < pages.length; at += PAGES_AT_ONCE) {
    const some = pages.slice(at, at + PAGES_AT_ONCE)
    const rows = await tx.get(
      verdictPages,
      some.map((one) => ({ operator: one.operator, page: one.page })),
    )
    for (const row of rows) {
      if (row === undefined) continue
      const judged: Judged[] = []
      for (let i = 0; i < PAGE_NUMBERS; i++) {
        const one = cellOf(row, row.page * PAGE_NUMBERS + i)
        if (one?.day === day) judged.push(one)
      }
      yield judged
    }
  }
}

/** The first number of an operator's from one on that no day judged by segments. */
export async function firstUnjudged(tx: Tx, operator: string, from: number): Promise<number> {
  for (let number = from; ; ) {
    const page = pageOf(number)
    const [row] = await tx.get(verdictPages, [{ operator, page }])
    if (row === undefined) return number
    const end = (page + 1) * PAGE_NUMBERS
    while (number < end && row.cells[(number % PAGE_NUMBERS) * CELL_BYTES] !== NONE) number += 1
    if (number < end) return number
  }
}

/** Numbers of an operator's from one on up to an end that no day judged by segments. */
export async function unjudgedNumbers(
  tx: Tx,
  operator: string,
  from: number,
): Promise<{ readonly numbers: readonly number[]; readonly end: number }> {
  const page = pageOf(from)
  const end = (page + 1) * PAGE_NUMBERS
  const [row] = await tx.get(verdictPages, [{ operator, page }])
  const numbers: number[] = []
  for (let number = from; number < end; number++) {
    const isOpen = row === undefined || row.cells[(number % PAGE_NUMBERS) * CELL_BYTES] === NONE
    if (isOpen) numbers.push(number)
  }
  return { numbers, end }
}
