import type { Fen } from '@unifare/core'
import { CHARGE_NOTES, type PricePart } from '@unifare/fares'
import type { PricedRide } from './priced-ride.ts'

/**
 * Parts of a price for its charge, and the same with words for people. What a card was debited more
 * or less than the tariff says becomes a part of its own.
 */
export function explained(
  parts: readonly Pick<PricePart, 'rule' | 'amountFen' | 'textZh' | 'textEn'>[],
  differenceFen: Fen,
): Pick<PricedRide, 'parts' | 'explanation'> {
  const all =
    differenceFen === 0
      ? parts
      : [
          ...parts,
          {
            rule: 'terminal.difference',
            amountFen: differenceFen,
            textZh: CHARGE_NOTES['terminal.difference'].zh,
            textEn: CHARGE_NOTES['terminal.difference'].en,
          },
        ]
  return {
    parts: all.map(({ rule, amountFen }) => ({ rule, amountFen })),
    explanation: all.map(({ rule, amountFen, textZh, textEn }) => ({
      rule,
      amountFen,
      zh: textZh,
      en: textEn,
    })),
  }
}
