import type { RandomBytes } from '@unifare/crypto'
import { cardError } from '../errors.ts'
import type { CardTransport } from '../reader/transport.ts'
import { resetCard, transmit } from './card.ts'
import type { Card } from './card-state.ts'

/** A reader field with a software card in it. */
export interface CardSlot extends CardTransport {
  /** The card as it is now: keep its image, its memory is all that lasts. */
  card(): Card
  /** The card leaves the field and comes back: open transactions are gone. */
  reset(): void
}

/** Puts a software card in a reader's field. */
export function createCardSlot(options: {
  readonly card: Card
  readonly random: RandomBytes
}): CardSlot {
  let card = resetCard(options.card)
  return {
    card: () => card,
    reset() {
      card = resetCard(card)
    },
    async transmit(apdu) {
      const step = transmit(card, apdu, options.random)
      card = step.card
      return step.response
    },
  }
}

/** Where the field is lost: before the card sees a command, or after it carried it out. */
export type TearPoint = 'before' | 'after'

/**
 * A transport that loses the field: `tear` names the point for a command, or undefined to let it
 * pass. Behind the slot the card is reset, as a chip is when its power goes.
 */
export function tearing(
  slot: CardSlot,
  tear: (apdu: Uint8Array) => TearPoint | undefined,
): CardTransport {
  return {
    async transmit(apdu) {
      const point = tear(apdu)
      const response = point === 'before' ? undefined : await slot.transmit(apdu)
      if (point === undefined && response) return response
      slot.reset()
      throw cardError('card.torn')
    },
  }
}
