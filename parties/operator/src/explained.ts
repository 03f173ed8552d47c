import type { Fen } from '@unifare/core'
import type { PricePart } from '@unifare/fares'
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
            textZh: '终端实扣与票价之差：以卡片实扣为准',
            textEn: 'difference of the terminal: the card was debited so',
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
