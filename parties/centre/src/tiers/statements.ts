import type { Tx } from '@unifare/core'
import { pagesOf } from '../row-pages.ts'
import { sumPositions } from '../settling/instructions.ts'
import type { Statement, StatementLine } from '../statement.ts'
import type { FromAbove } from './money.ts'
import { type TierPageRow, tierPages } from './tables.ts'

/** Pages of what the centres above settled: each of their lines names who cleared it. */
export async function* pagesFromAbove(
  tx: Tx,
  above: readonly FromAbove[],
): AsyncGenerator<Statement> {
  for (const { centre, day } of above) {
    for await (const rows of pagesOf(tx, tierPages, { centre, day })) {
      for (const row of rows) yield clearedBy(row, centre)
    }
  }
}

/**
 * Statements of a day with pages of what the centres above settled for the same members. The parts are
 * exact as every centre rounded its own; a member's position is the sum of its parts.
 */
export function withFromAbove(
  own: readonly Statement[],
  above: readonly Statement[],
  { day, root }: Pick<Statement, 'day' | 'root'>,
): Statement[] {
  const taken = new Map<string, Statement[]>()
  for (const page of above) {
    const list = taken.get(page.member)
    if (list === undefined) taken.set(page.member, [page])
    else list.push(page)
  }
  const stated = new Map(own.map((statement) => [statement.member, statement]))
  const members = [...new Set([...stated.keys(), ...taken.keys()])].sort()
  return members.map((member) => {
    const pages = taken.get(member) ?? []
    const statement = stated.get(member)
    if (pages.length === 0 && statement !== undefined) return statement
    return joined(statement ?? empty(member, { day, root }), pages)
  })
}

function joined(own: Statement, pages: readonly Statement[]): Statement {
  const parts = new Map(
    pages
      .flatMap(({ fromAbove = [] }) => fromAbove)
      .map((part) => [`${part.centre}/${part.day}`, part]),
  )
  const all = [own.position, ...[...parts.values()].map(({ position }) => position)]
  const [position = own.position] = sumPositions([all])
  return {
    ...own,
    position,
    lines: [...own.lines, ...pages.flatMap(({ lines }) => lines)],
    orders: [...own.orders, ...pages.flatMap(({ orders }) => orders)],
    ownPosition: own.position,
    fromAbove: [...parts.values()],
  }
}

/** A page with the name of the centre that cleared, at every line and part that has none yet. */
function clearedBy({ part, statement }: TierPageRow, centre: string): Statement {
  const page = statement as Statement
  const { day, root } = page
  // Every page has all of the orders.
  const orders = part === 0 ? page.orders : []
  const position = page.ownPosition ?? page.position
  return {
    ...page,
    lines: page.lines.map((line): StatementLine => ({ clearedBy: centre, ...line })),
    orders: orders.map((order) => ({ clearedBy: centre, ...order })),
    fromAbove: [{ centre, day, root, position }, ...(page.fromAbove ?? [])],
  }
}

function empty(member: string, { day, root }: Pick<Statement, 'day' | 'root'>): Statement {
  const position = { id: member, receivableFen: 0, payableFen: 0, netFen: 0 }
  return { member, day, root, position, roundingFen: 0, lines: [], orders: [] }
}
