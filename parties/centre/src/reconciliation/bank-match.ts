import type { Day } from '@unifare/core'
import type { BankLine } from './bank/bank-line.ts'
import type { Payment } from './bank/payment.ts'
import type { Difference } from './difference.ts'

/**
 * Settlement instructions against the statement of one account. A payment is due on its value date;
 * before it, its absence is no difference. Payments that the account has no part in are not told on
 * its statement and not looked for.
 */
export function matchBank(options: {
  /** Whose account it is. */
  readonly holder: string
  readonly payments: readonly Payment[]
  readonly lines: readonly BankLine[]
  /** Business day of the comparison. */
  readonly day: Day
}): Difference[] {
  const { holder, lines, day } = options
  const own = options.payments.filter(
    ({ debtor, creditor }) => debtor === holder || creditor === holder,
  )
  const known = new Map(own.map((payment) => [payment.endToEnd, payment]))
  const told = new Map<string, BankLine[]>()
  const unexpected: Difference[] = []
  for (const line of lines) {
    if (known.has(line.endToEnd)) {
      told.set(line.endToEnd, [...(told.get(line.endToEnd) ?? []), line])
    } else unexpected.push(unexpectedLine(line))
  }
  return [
    ...own.flatMap((payment) =>
      matchPayment(payment, { holder, day, lines: told.get(payment.endToEnd) ?? [] }),
    ),
    ...unexpected,
  ]
}

function matchPayment(
  payment: Payment,
  context: { readonly holder: string; readonly day: Day; readonly lines: readonly BankLine[] },
): Difference[] {
  const { endToEnd, debtor, creditor, amountFen, valueDate } = payment
  const incoming = creditor === context.holder
  const member = incoming ? debtor : creditor
  const leftFen = incoming ? amountFen : 0 - amountFen
  const common = { subject: endToEnd, leftFen, member }
  const [first, ...more] = context.lines
  if (first === undefined) {
    return valueDate <= context.day
      ? [{ ...common, kind: 'bank.unpaid', rightFen: null, since: valueDate }]
      : []
  }
  const found: Difference[] = []
  const told = { ...common, rightFen: first.amountFen, since: first.bookedOn }
  if (first.amountFen !== leftFen) found.push({ ...told, kind: 'bank.amount' })
  if (first.counterparty !== '' && first.counterparty !== member) {
    found.push({ ...told, kind: 'bank.party' })
  }
  for (const line of more) {
    found.push({
      kind: 'bank.twice',
      subject: `${endToEnd}/${line.reference}`,
      leftFen: null,
      rightFen: line.amountFen,
      since: line.bookedOn,
      member,
    })
  }
  return found
}

function unexpectedLine(line: BankLine): Difference {
  return {
    kind: 'bank.unexpected',
    subject: line.reference,
    leftFen: null,
    rightFen: line.amountFen,
    since: line.bookedOn,
    member: line.counterparty,
  }
}
