import { type Day, type Fen, roundMicroFen, sumFen } from '@unifare/core'
import { deliveryId } from '@unifare/tap'
import type { Cleared, ClearedCharge } from './clearing.ts'
import type { Fee } from './fees.ts'
import type { Position } from './netting.ts'
import { type OrderLine, orderLinesOf } from './order-moves.ts'

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
}

/** Statements of all members; totals equal their lines, rounded once per side. */
export function statementsOf(cleared: Cleared, centre: string): Statement[] {
  const lines = new Map<string, StatementLine[]>()
  const put = (member: string, line: StatementLine) => {
    const list = lines.get(member)
    if (list === undefined) lines.set(member, [line])
    else list.push(line)
  }
  for (const item of cleared.charges) {
    put(item.charge.operator, lineOf(item, 'receive'))
    put(item.charge.issuer, lineOf(item, 'pay'))
    if (item.fee !== null) put(centre, lineOf(item, 'fee'))
  }
  const positions = new Map(cleared.positions.map((position) => [position.id, position]))
  const members = [...new Set([...lines.keys(), ...positions.keys()])].sort()
  return members.map((member) => {
    const own = lines.get(member) ?? []
    const position = positions.get(member) ?? {
      id: member,
      receivableFen: 0,
      payableFen: 0,
      netFen: 0,
    }
    const statement: Statement = {
      member,
      day: cleared.day,
      root: cleared.root,
      position,
      roundingFen: member === centre ? position.netFen - sideFen(own, 'fee') : 0,
      lines: own,
      orders: orderLinesOf(member, cleared.orders),
    }
    if (member !== centre) checkTotals(statement)
    return statement
  })
}

const NO_FEE: Omit<Fee, 'row'> = {
  feeMicro: 0n,
  acquirerMicro: 0n,
  issuerMicro: 0n,
  centreMicro: 0n,
}

function lineOf(
  { id, charge, verdict, fee }: ClearedCharge,
  side: StatementLine['side'],
): StatementLine {
  const { feeMicro, acquirerMicro, issuerMicro, centreMicro } = fee ?? NO_FEE
  const amount = fee === null ? 0n : BigInt(charge.amountFen) * 1_000_000n
  const shares = {
    receive: amount - feeMicro + acquirerMicro,
    pay: amount - issuerMicro,
    fee: centreMicro,
  }
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
    amountFen: charge.amountFen,
    feeMicro: String(feeMicro),
    acquirerMicro: String(acquirerMicro),
    issuerMicro: String(issuerMicro),
    centreMicro: String(centreMicro),
    shareMicro: String(shares[side]),
  }
}

/** Sum of a side's lines, rounded once. */
function sideFen(lines: readonly StatementLine[], side: StatementLine['side']): Fen {
  return roundMicroFen(
    lines.reduce((sum, line) => (line.side === side ? sum + BigInt(line.shareMicro) : sum), 0n),
  )
}

function checkTotals({ member, lines, orders, position }: Statement): void {
  for (const [side, stated] of [
    ['receive', position.receivableFen],
    ['pay', position.payableFen],
  ] as const) {
    const ofOrders = orders.filter((order) => order.side === side)
    const sum = sideFen(lines, side) + sumFen(ofOrders.map(({ amountFen }) => amountFen))
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
] as const satisfies readonly (keyof StatementLine)[]

/**
 * The detail file for spreadsheets: a line a charge, a line an order, then the totals as lines of
 * the same columns. Codes and digits only, so nothing needs quotes.
 */
export function statementCsv({ lines, orders, position, roundingFen, day }: Statement): string {
  const { receivableFen, payableFen, netFen } = position
  const totals = { receive: receivableFen, pay: payableFen, rounding: roundingFen, net: netFen }
  const cells = [
    COLUMNS,
    ...lines.map((line) =>
      COLUMNS.map((column) => (column === 'taps' ? line.taps.join(' ') : line[column])),
    ),
    ...orders.map((line) => rowOf(orderCells(line))),
    ...Object.entries(totals).map(([side, amountFen]) =>
      rowOf({ charge: 'total', side, tapDay: day, amountFen }),
    ),
  ]
  return `${cells.map((row) => row.join(',')).join('\r\n')}\r\n`
}

type Cells = Partial<Record<(typeof COLUMNS)[number], string | number>>

function rowOf(cells: Cells): (string | number)[] {
  return COLUMNS.map((column) => cells[column] ?? '')
}

/** Cells of an order's line; the others of its row stay empty. */
function orderCells({ kind, order, side, counterparty, amountFen }: OrderLine): Cells {
  return {
    charge: `${kind}/${order}`,
    verdict: 'normal',
    side,
    counterparty,
    medium: 'card',
    amountFen,
  }
}
