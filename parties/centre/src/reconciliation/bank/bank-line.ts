import { type Day, type Fen, fen, parseDay, UnifareError } from '@unifare/core'

/** One booked movement on an account, as its bank states it. */
export interface BankLine {
  /** The bank's own reference: the name of the line for ever. */
  readonly reference: string
  /** What the payer gave along; empty when nothing came. */
  readonly endToEnd: string
  readonly bookedOn: Day
  readonly valueOn: Day
  /** Above zero what came in, below zero what went out. */
  readonly amountFen: Fen
  /** Who is on the other side, as the bank names them; empty when it does not. */
  readonly counterparty: string
}

/** A statement: balances at both ends, and the lines that lead from one to the other. */
export interface BankStatement {
  readonly id: string
  readonly account: string
  readonly openingFen: Fen
  readonly closingFen: Fen
  readonly lines: readonly BankLine[]
}

const AMOUNT = /^(\d{1,13})(?:\.(\d{1,2})0*)?$/

/** `12.3` as 1230 fen, exactly; throws `bank.bad-statement` for parts of a fen, signs and blanks. */
export function parseAmount(text: string): Fen {
  const [, yuan, cents = ''] = AMOUNT.exec(text) ?? []
  if (yuan === undefined) throw badStatement(`"${text}" is not an amount`)
  return fen(Number(yuan) * 100 + Number(cents.padEnd(2, '0')))
}

/** A day of a statement; throws `bank.bad-statement`. */
export function statementDay(text: string): Day {
  try {
    parseDay(text)
    return text
  } catch {
    throw badStatement(`"${text}" is not a day`)
  }
}

/** Refuses a statement that does not add up, or has a reference twice (`bank.bad-statement`). */
export function checkStatement(statement: BankStatement): BankStatement {
  const { id, openingFen, closingFen, lines } = statement
  const sumFen = lines.reduce((sum, { amountFen }) => fen(sum + amountFen), openingFen)
  if (sumFen !== closingFen) {
    throw badStatement(
      `${id}: the lines lead to ${sumFen} fen, the closing balance is ${closingFen}`,
    )
  }
  const references = new Set(lines.map(({ reference }) => reference))
  if (references.size !== lines.length || references.has('')) {
    throw badStatement(`${id}: every line needs a reference of its own`)
  }
  return statement
}

export function badStatement(reason: string): UnifareError {
  return new UnifareError('bank.bad-statement', reason)
}
