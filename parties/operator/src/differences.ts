import type { Day, Fen, Tx } from '@unifare/core'
import { parseCharge } from '@unifare/tap'
import { charges } from './tables.ts'

/** A card that was debited otherwise than the operator's tariff says. */
export interface Difference {
  readonly charge: number
  readonly rider: string
  /** Terminal of the debit, for whoever looks after it. */
  readonly terminal: string
  readonly debitedFen: Fen
  readonly pricedFen: Fen
  /** Above zero: the rider paid more than the tariff says. */
  readonly differenceFen: Fen
}

/**
 * The day's differences between terminals and tariffs, to be reported. A debit is never changed:
 * the charge asks for what the card paid, with the difference as its part `terminal.difference`.
 * `day` is the business day of the taps.
 */
export async function differencesOf(tx: Tx, day: Day): Promise<Difference[]> {
  const rows = await tx.select(charges, { day })
  return rows.flatMap(({ number, rider, amountFen, pricedFen, raw }) =>
    amountFen === pricedFen
      ? []
      : [
          {
            charge: number,
            rider,
            terminal: parseCharge(raw).taps.at(-1)?.terminal ?? '',
            debitedFen: amountFen,
            pricedFen,
            differenceFen: amountFen - pricedFen,
          },
        ],
  )
}
