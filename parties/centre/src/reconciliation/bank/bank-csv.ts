import {
  type BankLine,
  type BankStatement,
  badStatement,
  checkStatement,
  parseAmount,
  statementDay,
} from './bank-line.ts'

/** Columns of the CSV profile, in this order; a profile of ours for banks without camt.053. */
export const BANK_CSV_COLUMNS = [
  'reference',
  'endToEnd',
  'bookedOn',
  'valueOn',
  'side',
  'amount',
  'counterparty',
] as const

const BOM = /^\uFEFF/

/**
 * Reads a statement in the CSV profile: the columns as first line, then one line a movement; `side`
 * is `credit` or `debit`, amounts are decimal yuan. It states no balances, so nothing says that a
 * line is missing. Cells hold no commas and no quotes. Throws `bank.bad-statement` with the line.
 */
export function parseBankCsv(csv: string, name: string): BankStatement {
  const [head = '', ...rows] = csv.replace(BOM, '').split(/\r?\n/)
  if (head !== BANK_CSV_COLUMNS.join(',')) {
    throw badStatement(`${name}: the first line must be ${BANK_CSV_COLUMNS.join(',')}`)
  }
  const lines = rows.flatMap((row, index): BankLine[] => {
    if (row === '') return []
    try {
      return [readRow(row)]
    } catch (error) {
      throw badStatement(`${name}: line ${index + 2}: ${(error as Error).message}`)
    }
  })
  const closingFen = lines.reduce((sum, { amountFen }) => sum + amountFen, 0)
  return checkStatement({ id: name, account: '', openingFen: 0, closingFen, lines })
}

function readRow(row: string): BankLine {
  const cells = row.split(',')
  if (cells.length !== BANK_CSV_COLUMNS.length || row.includes('"')) {
    throw badStatement(`${BANK_CSV_COLUMNS.length} plain cells are needed`)
  }
  const [
    reference = '',
    endToEnd = '',
    bookedOn = '',
    valueOn = '',
    side,
    amount = '',
    other = '',
  ] = cells
  if (side !== 'credit' && side !== 'debit') throw badStatement(`side "${side}"`)
  const amountFen = parseAmount(amount)
  return {
    reference,
    endToEnd,
    bookedOn: statementDay(bookedOn),
    valueOn: statementDay(valueOn),
    amountFen: side === 'credit' ? amountFen : 0 - amountFen,
    counterparty: other,
  }
}
