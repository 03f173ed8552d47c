import { acceptanceOf, isOpen } from '@unifare/bundle'
import type { Fen, Instant } from '@unifare/core'
import { holderClass, price, tariffInForce } from '@unifare/fares'
import { parseCode } from '@unifare/ridecode'
import type { Lists, TerminalConfig } from '@unifare/terminal'

/**
 * The fare of a single ride as the terminal's tariffs have it, to be shown with a go; null where
 * the fare is known only at the other end or to the operator. Discounts that hang on earlier rides
 * come with the charge.
 */
export function shownFare(
  bytes: Uint8Array,
  { config, lists, at }: { config: TerminalConfig; lists: Lists; at: Instant },
): Fen | null {
  const tariff = tariffInForce(lists.tariffs, config.mode, at)
  if (config.role !== 'single' || tariff === undefined) return null
  const read = parseCode(bytes)
  if (!read.ok) return null
  const { issuer, accountType } = read.code
  const { operator, mode, line } = config
  const row = acceptanceOf(lists.acceptance, { medium: 'code', issuer, operator, mode }, at)
  if (!isOpen(row)) return null
  const priced = price(tariff, {
    mode,
    line,
    at,
    medium: 'code',
    riderClass: holderClass(accountType, tariff).riderClass,
    issuer: { institution: row.issuer, division: row.division },
  })
  return priced.ok ? priced.amountFen : null
}
