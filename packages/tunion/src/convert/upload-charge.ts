import { businessDay } from '@unifare/core'
import { CHARGE_VERSION, type Charge, isTest, type Tap } from '@unifare/tap'

/** CNY, ISO 4217. */
const CURRENCY = 156
/** Name of the tariff, and of its one rule, where the price came in a file. */
const RULE = 'upload'

/** What an upload line asks for: one charge over its one debit, in the operator's own numbering. */
export function chargeOfUpload(tap: Tap, number: number): Charge {
  return {
    version: CHARGE_VERSION,
    operator: tap.operator,
    number,
    corrects: 0,
    medium: 'card',
    mode: tap.mode,
    issuer: tap.issuer,
    account: tap.account,
    city: tap.city,
    tapDay: businessDay(tap.at),
    startAt: tap.entry?.at ?? tap.at,
    endAt: tap.at,
    line: tap.line,
    from: tap.entry?.station ?? tap.station,
    to: tap.station,
    distanceM: tap.distanceM,
    amountFen: tap.amountFen,
    currency: CURRENCY,
    tariff: RULE,
    tariffVersion: tap.tariffVersion,
    test: isTest(tap),
    taps: [{ terminal: tap.terminal, sequence: tap.sequence, amountFen: tap.amountFen }],
    parts: [{ rule: RULE, amountFen: tap.amountFen }],
  }
}
