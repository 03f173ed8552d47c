import {
  canonicalJson,
  type Day,
  fen,
  parseDay,
  requireData,
  type Tx,
  UnifareError,
} from '@unifare/core'
import { postEntries } from '@unifare/ledger'
import { instructions, windows } from '../settling/tables.ts'
import { type BankLine, statementDay } from './bank/bank-line.ts'
import type { Payment } from './bank/payment.ts'
import { loadFacts } from './day-facts.ts'
import { bankLines, loadBankLines, loadItems, storeItems } from './item-table.ts'
import { findDifferences } from './reconcile.ts'
import { changeSuspense } from './suspense.ts'

/** What a comparison did; keys of items. */
export interface ReconciliationResult {
  readonly day: Day
  readonly opened: readonly string[]
  readonly closed: readonly string[]
  readonly open: number
}

/**
 * Compares everything up to a day, and brings the suspense items and their entries to it. Lines of
 * a bank statement that come along are kept: told again they change nothing, with other content
 * they are refused (`bank.conflict`). The same comparison again changes nothing.
 */
export async function reconcileStored(
  tx: Tx,
  options: {
    readonly day: Day
    readonly centre: string
    readonly payments: readonly Payment[]
    readonly lines?: readonly BankLine[]
  },
): Promise<ReconciliationResult> {
  const { day, centre, payments, lines = [] } = options
  parseDay(day)
  await keepLines(tx, lines)
  const told = await loadBankLines(tx)
  const bankTold = told.length > 0
  const found = findDifferences(await loadFacts(tx, day), {
    centre,
    payments,
    bankLines: bankTold ? told : undefined,
  })
  const known = await loadItems(tx)
  const { items, entries, opened, closed } = changeSuspense(known, found, {
    day,
    looked: (kind) => bankTold || !kind.startsWith('bank.'),
  })
  await storeItems(tx, items)
  await postEntries(tx, entries)
  return { day, opened, closed, open: (await loadItems(tx, 'open')).size }
}

/**
 * Payments that are or were with the bank; a window that was given up has none. The order of staff
 * is `{ do: 'reconcile', day, lines? }`, with lines as `parseCamt053` or `parseBankCsv` read them.
 */
export async function reconcileOrder(
  tx: Tx,
  order: Readonly<Record<string, unknown>>,
  centre: string,
): Promise<ReconciliationResult> {
  const lines = order['lines'] === undefined ? [] : readLines(order['lines'])
  const payments = await storedPayments(tx)
  return reconcileStored(tx, { day: String(order['day']), centre, payments, lines })
}

/** Payments of all windows that were not given up. */
export async function storedPayments(tx: Tx): Promise<Payment[]> {
  const rows = await tx.select(windows, {})
  const live = new Set(rows.filter(({ state }) => state !== 'ABORTED').map(({ window }) => window))
  return (await tx.select(instructions, {})).filter(({ window }) => live.has(window))
}

function readLines(value: unknown): BankLine[] {
  const bad = () => new UnifareError('bank.bad-statement', 'lines of a bank statement are needed')
  if (!Array.isArray(value)) throw bad()
  return value.map((line: Partial<Record<keyof BankLine, unknown>>) => {
    const { reference, endToEnd, bookedOn, valueOn, amountFen, counterparty } = line
    const texts = [reference, endToEnd, bookedOn, valueOn, counterparty]
    if (!texts.every((one) => typeof one === 'string')) throw bad()
    return {
      reference: String(reference),
      endToEnd: String(endToEnd),
      bookedOn: statementDay(String(bookedOn)),
      valueOn: statementDay(String(valueOn)),
      amountFen: fen(Number(amountFen)),
      counterparty: String(counterparty),
    }
  })
}

async function keepLines(tx: Tx, lines: readonly BankLine[]): Promise<void> {
  const known = await tx.get(
    bankLines,
    lines.map(({ reference }) => ({ reference })),
  )
  for (const [index, line] of lines.entries()) {
    const before = known[index]?.line
    requireData(
      before === undefined || canonicalJson(before) === canonicalJson(line),
      'bank.conflict',
      `the bank told ${line.reference} before with other content`,
    )
  }
  await tx.put(
    bankLines,
    lines.map((line) => ({ reference: line.reference, line })),
  )
}
