import type { Day } from '@unifare/core'
import { deliveryId } from '@unifare/tap'
import type { BankLine } from './bank/bank-line.ts'
import type { Payment } from './bank/payment.ts'
import { matchBank } from './bank-match.ts'
import { matchBalances, matchBooks } from './books-match.ts'
import { matchCards, matchShadows } from './card-match.ts'
import { type DayFacts, netOfLines } from './day-facts.ts'
import { type Difference, differenceKey } from './difference.ts'
import { matchTerminals } from './terminal-match.ts'

/** What is compared with the store: the bank's words, and what was instructed. */
export interface OutsideFacts {
  readonly centre: string
  readonly payments: readonly Payment[]
  /** Undefined while the bank has told nothing: then nobody is said not to have paid. */
  readonly bankLines?: readonly BankLine[] | undefined
}

/**
 * Compares bank, settlement, ledger, statements, terminal totals and card balances up to a day.
 * Pure; every difference once, in order of its name.
 */
export function findDifferences(facts: DayFacts, outside: OutsideFacts): Difference[] {
  const { centre, payments, bankLines } = outside
  const { day, taps, charges, orders } = facts
  const found = [
    ...(bankLines === undefined
      ? []
      : matchBank({ holder: centre, payments, lines: bankLines, day })),
    ...facts.closed.flatMap((one) =>
      matchBooks({
        day: one.day,
        centre,
        positions: one.positions,
        statementNets: new Map(one.statements.map((each) => [each.member, netOfLines(each)])),
        entries: entriesOf(facts, one.day, new Set(one.orders)),
      }),
    ),
    ...matchBalances(facts.balances, facts.entries, day),
    ...matchTerminals(taps, charges),
    ...matchCards(taps, orders, { among: facts.among }),
    ...matchShadows(facts.shadows, settledTaps(facts), day),
  ]
  const byKey = new Map(found.map((one) => [differenceKey(one), one]))
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

/** Entries of a day's settlement and of the orders that settle with it. */
function entriesOf(facts: DayFacts, day: Day, orders: ReadonlySet<string>) {
  return facts.entries.filter(({ id }) => id === `${day}/settlement` || orders.has(id))
}

function settledTaps({ taps, charges }: DayFacts) {
  const settled = new Set(
    charges
      .filter(({ verdict }) => verdict === 'normal')
      .flatMap(({ charge }) => charge.taps.map(deliveryId)),
  )
  return taps.filter((tap) => settled.has(deliveryId(tap)))
}
