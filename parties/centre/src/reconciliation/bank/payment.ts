import type { Day, Fen } from '@unifare/core'

/** A payment that settles: the part of a settlement instruction that a bank must know. */
export interface Payment {
  /** Comes back on the statement: what the two are matched by. At most 35 characters. */
  readonly endToEnd: string
  readonly debtor: string
  readonly creditor: string
  readonly amountFen: Fen
  readonly valueDate: Day
}

/** Where a member's money is. */
export interface MemberAccount {
  readonly name: string
  /** Number of the account. */
  readonly account: string
  /** Number of the bank in the clearing system (CNAPS 行号). */
  readonly bank: string
}
