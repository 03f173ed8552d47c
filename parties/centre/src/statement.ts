import { type Day, type Fen, roundMicroFen } from '@unifare/core'
import { deliveryId } from '@unifare/tap'
import type { Cleared, ClearedCharge } from './clearing.ts'
import type { Position } from './netting.ts'

/** One charge on a member's statement. Fees are exact micro-fen, as text. */
export interface StatementLine {
  readonly charge: string
  readonly taps: readonly string[]
  readonly verdict: string
  readonly side: 'receive' | 'pay'
  readonly counterparty: string
  readonly medium: string
  readonly account: string
  readonly mode: string
  readonly tapDay: Day
  readonly endAt: string
  readonly amountFen: Fen
  /** What the member gets or gives for this charge, exact: `A − F + a` or `A − i`; 0 if rejected. */
  readonly shareMicro: string
}

/** A member's day: what it receives and pays, with a line for every charge it has part in. */
export interface Statement {
  readonly member: string
  readonly day: Day
  readonly root: string
  readonly position: Position
  readonly lines: readonly StatementLine[]
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
  }
  const positions = new Map(cleared.positions.map((position) => [position.id, position]))
  const members = [...new Set([...lines.keys(), ...positions.keys()])].sort()
  return members.map((member) => {
    const statement: Statement = {
      member,
      day: cleared.day,
      root: cleared.root,
      position: positions.get(member) ?? { id: member, receivableFen: 0, payableFen: 0, netFen: 0 },
      lines: lines.get(member) ?? [],
    }
    if (member !== centre) checkTotals(statement)
    return statement
  })
}

function lineOf(
  { id, charge, verdict, fee }: ClearedCharge,
  side: 'receive' | 'pay',
): StatementLine {
  const amount = BigInt(charge.amountFen) * 1_000_000n
  const share =
    fee === null
      ? 0n
      : side === 'receive'
        ? amount - fee.feeMicro + fee.acquirerMicro
        : amount - fee.issuerMicro
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
    shareMicro: String(share),
  }
}

function checkTotals({ member, lines, position }: Statement): void {
  for (const [side, stated] of [
    ['receive', position.receivableFen],
    ['pay', position.payableFen],
  ] as const) {
    const sum = lines
      .filter((line) => line.side === side)
      .reduce((total, line) => total + BigInt(line.shareMicro), 0n)
    if (roundMicroFen(sum) !== stated) {
      throw new TypeError(
        `invariant broken: ${member} ${side}: lines ${sum} µfen, total ${stated} fen`,
      )
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
  'shareMicro',
] as const satisfies readonly (keyof StatementLine)[]

/** The detail file for spreadsheets: a line a charge, then the totals. Codes and digits only, no quoting needed. */
export function statementCsv({ lines, position }: Statement): string {
  const rows = lines.map((line) =>
    COLUMNS.map((column) => (column === 'taps' ? line.taps.join(' ') : line[column])).join(','),
  )
  const { receivableFen, payableFen, netFen } = position
  return [
    COLUMNS.join(','),
    ...rows,
    `#totals,receivableFen,${receivableFen},payableFen,${payableFen},netFen,${netFen}`,
    '',
  ].join('\r\n')
}
