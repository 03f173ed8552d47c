import { UnifareError } from '@unifare/core'
import { MONEY_KINDS } from './kinds.ts'
import type { Tap } from './tap.ts'

/**
 * What must hold of every record, written or read: names have their fixed lengths, text is plain
 * ASCII (it ends up in SQL text and on paper), and only a card is ever debited by a tap. Throws
 * `tap.bad-field`.
 */
export function checkTap(tap: Tap): void {
  const { terminal, operator, city, issuer, account, vehicle, medium } = tap
  rule(/^\d{12}$/.test(terminal), 'a terminal has 12 digits', terminal)
  rule(/^\d{8}$/.test(operator), 'an operator has 8 digits', operator)
  rule(/^\d{4}$/.test(city), 'a city code has 4 digits', city)
  rule(/^(\d{8})?$/.test(issuer), 'an issuer has 8 digits', issuer)
  rule(/^\d{0,19}$/.test(account), 'an account has at most 19 digits', account)
  rule(/^([ -~]*[!-~])?$/.test(vehicle), 'a vehicle is named in ASCII', vehicle)
  rule(tap.entry?.at !== 0, 'an entry reference has a time', '0')
  rule(tap.amountFen === 0 || medium === 'card', 'only a card is debited', medium)
  if (medium !== 'none' && MONEY_KINDS.has(tap.kind)) {
    rule(issuer !== '' && account.length === 19, 'money names issuer and account', account)
  }
}

/** The words are made for a broken rule only: this runs for every record of every day. */
function rule(holds: boolean, text: string, value: string): void {
  if (!holds) throw new UnifareError('tap.bad-field', `${text}: ${JSON.stringify(value)}`)
}
