import {
  businessDay,
  type Day,
  type Fen,
  parseDay,
  roundMicroFen,
  type Tx,
  UnifareError,
} from '@unifare/core'
import { balances, type Entry, ledgerTables } from '@unifare/ledger'
import { parseCharge, parseTap, type Tap } from '@unifare/tap'
import { withVerdicts } from '../judged/judged-charges.ts'
import type { Position } from '../netting.ts'
import type { OrderMove } from '../order-moves.ts'
import type { Statement } from '../statement.ts'
import { loadStatements } from '../statement-pages.ts'
import { cards, charges, days, orders, taps } from '../tables.ts'
import { routedFacts } from '../tiers/facts.ts'
import type { JudgedCharge } from './terminal-match.ts'

/** How far back a comparison looks: what is older is overdue everywhere. Ours. */
const WINDOW_DAYS = 30
const DAY_MS = 86_400_000

/** Everything that a centre's own store says up to a day. */
export interface DayFacts {
  readonly day: Day
  readonly taps: readonly Tap[]
  readonly charges: readonly JudgedCharge[]
  readonly orders: readonly OrderMove[]
  /** Closed days with their positions, statements and entries. */
  readonly closed: readonly {
    readonly day: Day
    readonly positions: readonly Position[]
    readonly statements: readonly Statement[]
    readonly orders: readonly string[]
  }[]
  readonly entries: readonly Entry[]
  readonly balances: ReadonlyMap<string, Fen>
  /** There are centres above or below: rides of a card may be with them. */
  readonly among?: boolean
  readonly shadows: ReadonlyMap<string, { readonly counter: number; readonly balanceFen: Fen }>
}

/** Reads what a comparison needs, of the last 30 days before and with the given one. */
export async function loadFacts(tx: Tx, day: Day): Promise<DayFacts> {
  const from = new Date(parseDay(day) - WINDOW_DAYS * DAY_MS).toISOString().slice(0, 10)
  const inWindow = (one: Day) => one >= from && one <= day
  const rows = await withVerdicts(tx, await tx.select(charges, {}))
  const judged = rows.map((row): JudgedCharge => {
    // A verdict of a later day is not known yet on this one.
    const open = row.day > day
    return {
      charge: parseCharge(row.raw),
      verdict: open ? '' : row.verdict,
      day: open ? '' : row.day,
    }
  })
  const routed = await routedFacts(tx)
  const moves = (await tx.select(orders, {})).filter(({ tapDay }) => tapDay <= day)
  const closedRows = (await tx.select(days, {})).filter((row) => inWindow(row.day))
  const closed: DayFacts['closed'][number][] = []
  for (const row of closedRows) {
    const told: Statement[] = []
    for await (const statement of loadStatements(tx, row.day)) told.push(statement)
    closed.push({
      day: row.day,
      positions: row.positions as Position[],
      statements: told,
      orders: moves
        .filter((move) => move.day === row.day)
        .map(({ issuer, order }) => `order/${issuer}/${order}`),
    })
  }
  return {
    day,
    taps: (await tx.select(taps, {}))
      .flatMap(({ raw }) => readTap(raw))
      .filter((tap) => inWindow(businessDay(tap.at)) && routed.isOwn(tap)),
    charges: [...judged, ...routed.sentUp].filter(({ charge }) => inWindow(charge.tapDay)),
    among: routed.among,
    orders: moves,
    closed,
    entries: await tx.select(ledgerTables.entries, {}),
    balances: await balances(tx),
    shadows: new Map((await tx.select(cards, {})).map(({ card, ...state }) => [card, state])),
  }
}

function readTap(raw: Uint8Array): Tap[] {
  try {
    return [parseTap(raw)]
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    return []
  }
}

/** A member's net as the lines of its statement say it; those that a centre above cleared left out. */
export function netOfLines(statement: Statement): Fen {
  const lines = statement.lines.filter(isOwn)
  const moved = statement.orders.filter(isOwn)
  const side = (name: 'receive' | 'pay') =>
    roundMicroFen(
      lines.reduce((sum, line) => (line.side === name ? sum + BigInt(line.shareMicro) : sum), 0n),
    ) + moved.reduce((sum, order) => (order.side === name ? sum + order.amountFen : sum), 0)
  return side('receive') - side('pay')
}

function isOwn({ clearedBy }: { readonly clearedBy?: string }): boolean {
  return clearedBy === undefined
}
