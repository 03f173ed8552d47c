import { type Day, type Fen, roundMicroFen, sumFen } from '@unifare/core'
import { deliveryId } from '@unifare/tap'
import { type Cleared, type ClearedCharge, correctedName } from './clearing.ts'
import type { Fee } from './fees.ts'
import { type Position, sharesOf } from './netting.ts'
import { type OrderLine, orderLinesOf } from './order-moves.ts'
import { partsOf } from './rules/member-parts.ts'

/** One charge on a member's statement. Fees are exact micro-fen, as text. */
export interface StatementLine {
  readonly charge: string
  readonly taps: readonly string[]
  readonly verdict: string
  readonly side: 'receive' | 'pay' | 'fee'
  readonly counterparty: string
  readonly medium: string
  readonly account: string
  readonly mode: string
  readonly tapDay: Day
  readonly endAt: string
  readonly amountFen: Fen
  /** The fee F and its shares a, i and c, exact; 0 if rejected. */
  readonly feeMicro: string
  readonly acquirerMicro: string
  readonly issuerMicro: string
  readonly centreMicro: string
  /** What the member gets or gives for this charge, exact: `A − F + a`, `A − i` or `c`. */
  readonly shareMicro: string
  /** Of a correction (更正): the charge that it names. */
  readonly corrects?: string
  /**
   * Of a correction that settled two lines stand one behind the other: `reversal` takes back what
   * stood, amounts negated, `correction` asks anew.
   */
  readonly entry?: 'reversal' | 'correction'
  /** The centre above that cleared it, where it was not the one that states it. */
  readonly clearedBy?: string
}

/** What a centre above settled for a member. */
export interface StatementPart {
  readonly centre: string
  readonly day: Day
  readonly root: string
  readonly position: Position
}

/** A member's day: what it receives and pays, with a line for every charge it has part in. */
export interface Statement {
  readonly member: string
  readonly day: Day
  readonly root: string
  readonly position: Position
  /** What rounding all others left to the centre; 0 for everybody else. */
  readonly roundingFen: Fen
  readonly lines: readonly StatementLine[]
  /** Loads and refunds at service points: exact fen, no fees. */
  readonly orders: readonly OrderLine[]
  /** Where centres above settled, too: the part of this one; `position` is all parts together. */
  readonly ownPosition?: Position
  /** The parts of centres above. */
  readonly fromAbove?: readonly StatementPart[]
}

/** Statements of all members; totals equal their lines, rounded once per side. */
export function statementsOf(
  cleared: Pick<Cleared, 'day' | 'root' | 'positions' | 'orders' | 'charges'>,
  centre: string,
): Statement[] {
  const lines = linesByMember(cleared.charges, centre)
  return membersOf(cleared, lines.keys()).map((member) => {
    const own = lines.get(member) ?? []
    const sums = { ...NO_SUMS }
    addSums(sums, own)
    return { ...statementHead(member, { cleared, centre, sums }), lines: own }
  })
}

/** Members that have lines or a position, in their order. */
export function membersOf(
  { positions }: Pick<Cleared, 'positions'>,
  withLines: Iterable<string>,
): readonly string[] {
  return [...new Set([...withLines, ...positions.map(({ id }) => id)])].sort()
}

/** Lines of charges, by the members that have a part in them. */
export function linesByMember(
  charges: readonly ClearedCharge[],
  centre: string,
): Map<string, StatementLine[]> {
  const lines = new Map<string, StatementLine[]>()
  const put = (member: string, line: StatementLine) => {
    const list = lines.get(member)
    if (list === undefined) lines.set(member, [line])
    else list.push(line)
  }
  for (const item of charges) {
    for (const part of partsOf(item)) {
      for (const line of linesOf(part, 'receive')) put(part.charge.operator, line)
    }
    for (const line of linesOf(item, 'pay')) put(item.charge.issuer, line)
    if (item.fee !== null) for (const line of linesOf(item, 'fee')) put(centre, line)
  }
  return lines
}

/** Sums of a member's lines by side, exact micro-fen. */
export type SideSums = Record<StatementLine['side'], bigint>

export const NO_SUMS: SideSums = { receive: 0n, pay: 0n, fee: 0n }

/** Adds lines to the sums of their sides. */
export function addSums(sums: SideSums, lines: readonly StatementLine[]): void {
  for (const { side, shareMicro } of lines) sums[side] += BigInt(shareMicro)
}

/**
 * A member's statement without its lines. Throws a `TypeError` unless the sums of the lines, rounded
 * once per side, come to the member's position.
 */
export function statementHead(
  member: string,
  {
    cleared,
    centre,
    sums,
  }: {
    readonly cleared: Pick<Cleared, 'day' | 'root' | 'positions' | 'orders'>
    readonly centre: string
    readonly sums: SideSums
  },
): Statement {
  const none = { id: member, receivableFen: 0, payableFen: 0, netFen: 0 }
  const position = cleared.positions.find(({ id }) => id === member) ?? none
  const statement: Statement = {
    member,
    day: cleared.day,
    root: cleared.root,
    position,
    roundingFen: member === centre ? position.netFen - roundMicroFen(sums.fee) : 0,
    lines: [],
    orders: orderLinesOf(member, cleared.orders),
  }
  if (member !== centre) checkTotals(statement, sums)
  return statement
}

const NO_FEE: Omit<Fee, 'row'> = {
  feeMicro: 0n,
  acquirerMicro: 0n,
  issuerMicro: 0n,
  centreMicro: 0n,
}

/** Pages of lines; what a correction takes back and what it asks stand on one page. */
export function pagesOf<Line extends { readonly entry?: StatementLine['entry'] | undefined }>(
  lines: readonly Line[],
  most: number,
): Line[][] {
  const pages: Line[][] = []
  for (let at = 0; at < lines.length || at === 0; ) {
    const end = at + most
    const split = lines[end]?.entry === 'correction'
    pages.push(lines.slice(at, split ? end - 1 : end))
    at = split ? end - 1 : end
  }
  return pages
}

/** A charge is one line; a correction that settled is two, never an edit (reference clearing 1.6). */
function linesOf(item: ClearedCharge, side: StatementLine['side']): StatementLine[] {
  const { charge, fee, reverses } = item
  const line = lineOf(item, side)
  if (charge.corrects === 0) return [line]
  const asked = { ...line, corrects: reverses?.charge ?? correctedName(charge) }
  if (reverses === undefined || fee === null) return [asked]
  return [
    {
      ...asked,
      ...moneyOf(reverses.amountFen, reverses.fee, { side, sign: -1 }),
      entry: 'reversal',
    },
    { ...asked, entry: 'correction' },
  ]
}

function lineOf(
  { id, charge, verdict, fee }: ClearedCharge,
  side: StatementLine['side'],
): StatementLine {
  return {
    charge: id,
    taps: charge.taps.map(deliveryId),
    verdict,
    side,
    counterparty: side === 'receive' ? charge.issuer : charge.operator,
    medium: charge.medium,
    account: charge.account,
    mode: charge.mode,
    tapDay: charge.tapDay,
    endAt: new Date(charge.endAt).toISOString(),
    ...(fee === null
      ? { ...moneyOf(0, NO_FEE, { side, sign: 1 }), amountFen: charge.amountFen }
      : moneyOf(charge.amountFen, fee, { side, sign: 1 })),
  }
}

/** Amounts of a line; a reversal has all of them negated. */
function moneyOf(
  amountFen: Fen,
  fee: Omit<Fee, 'row'>,
  { side, sign }: { readonly side: StatementLine['side']; readonly sign: 1 | -1 },
): Pick<
  StatementLine,
  'amountFen' | 'feeMicro' | 'acquirerMicro' | 'issuerMicro' | 'centreMicro' | 'shareMicro'
> {
  const { operatorMicro, issuerMicro, centreMicro } = sharesOf(amountFen, fee)
  const shares = { receive: operatorMicro, pay: issuerMicro, fee: centreMicro }
  const signed = (micro: bigint) => String(BigInt(sign) * micro)
  return {
    amountFen: sign > 0 ? amountFen : 0 - amountFen,
    feeMicro: signed(fee.feeMicro),
    acquirerMicro: signed(fee.acquirerMicro),
    issuerMicro: signed(fee.issuerMicro),
    centreMicro: signed(fee.centreMicro),
    shareMicro: signed(shares[side]),
  }
}

function checkTotals({ member, orders, position }: Statement, sums: SideSums): void {
  for (const [side, stated] of [
    ['receive', position.receivableFen],
    ['pay', position.payableFen],
  ] as const) {
    const ofOrders = orders.filter((order) => order.side === side)
    const sum = roundMicroFen(sums[side]) + sumFen(ofOrders.map(({ amountFen }) => amountFen))
    if (sum !== stated) {
      throw new TypeError(`invariant broken: ${member} ${side}: lines ${sum}, total ${stated} fen`)
    }
  }
}

const COLUMNS = [
  'charge',
  'taps',
  'verdict',
  'side',
  'counterparty',
  'medium',
  'account',
  'mode',
  'tapDay',
  'endAt',
  'amountFen',
  'feeMicro',
  'acquirerMicro',
  'issuerMicro',
  'centreMicro',
  'shareMicro',
  'corrects',
  'entry',
] as const satisfies readonly (keyof StatementLine)[]

/**
 * The detail file for spreadsheets: a line a charge, a line an order, then the totals as lines of
 * the same columns. Codes and digits only, so nothing needs quotes.
 */
export function statementCsv(statement: Statement): string {
  const { head, linesOf: rows, tail } = csvOf(statement)
  return `${head}${rows(statement.lines)}${tail}`
}

/** The parts of a detail file: what stands before and behind the lines, and the text of some lines. */
export function csvOf({
  orders,
  position,
  roundingFen,
  day,
  fromAbove,
}: Omit<Statement, 'lines'>): {
  readonly head: string
  readonly linesOf: (lines: readonly StatementLine[]) => string
  readonly tail: string
} {
  const { receivableFen, payableFen, netFen } = position
  const totals = { receive: receivableFen, pay: payableFen, rounding: roundingFen, net: netFen }
  const columns = fromAbove === undefined ? COLUMNS : [...COLUMNS, 'clearedBy' as const]
  const text = (cells: readonly (readonly (string | number)[])[]) =>
    cells.map((row) => `${row.join(',')}\r\n`).join('')
  return {
    head: text([columns]),
    linesOf: (lines) =>
      text(
        lines.map((line) =>
          columns.map((column) => (column === 'taps' ? line.taps.join(' ') : (line[column] ?? ''))),
        ),
      ),
    tail: text([
      ...orders.map((line) => rowOf(orderCells(line), columns)),
      ...Object.entries(totals).map(([side, amountFen]) =>
        rowOf({ charge: 'total', side, tapDay: day, amountFen }, columns),
      ),
    ]),
  }
}

type Column = (typeof COLUMNS)[number] | 'clearedBy'
type Cells = Partial<Record<Column, string | number>>

function rowOf(cells: Cells, columns: readonly Column[]): (string | number)[] {
  return columns.map((column) => cells[column] ?? '')
}

/** Cells of an order's line; the others of its row stay empty. */
function orderCells(line: OrderLine): Cells {
  const { kind, order, side, counterparty, amountFen, clearedBy } = line
  return {
    charge: `${kind}/${order}`,
    verdict: 'normal',
    side,
    counterparty,
    medium: 'card',
    amountFen,
    ...(clearedBy !== undefined && { clearedBy }),
  }
}
