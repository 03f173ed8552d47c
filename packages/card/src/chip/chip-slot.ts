import type { RandomBytes } from '@unifare/crypto'
import { cardError } from '../errors.ts'
import type { CardTransport } from '../reader/transport.ts'
import { resetCard, transmit } from './card.ts'
import { restoreCard, serialiseCard } from './card-image.ts'
import type { Card } from './card-state.ts'
import {
  blankChip,
  type ChipMemory,
  type ChipWrite,
  chipImage,
  chipWrite,
  written,
} from './chip-memory.ts'

/** A reader's field with a chip in it: what a command changed is written before it is answered. */
export interface ChipSlot extends CardTransport {
  /** The card as its memory says it is. */
  card(): Card
  chip(): ChipMemory
  /** The card leaves the field and comes back. */
  reset(): void
}

/**
 * A chip in a reader's field. `power` says how many bytes of a write the field lasts for, or
 * undefined when it lasts: then the reader hears `card.torn`, and the card starts again from what
 * is in its memory. Throws `card.bad-image` for memory without a card.
 */
export function createChipSlot(options: {
  readonly chip: ChipMemory
  readonly random: RandomBytes
  readonly power?: (write: ChipWrite) => number | undefined
}): ChipSlot {
  const { random, power } = options
  let { chip } = options
  let card = restoreCard(chipImage(chip))

  return {
    card: () => card,
    chip: () => chip,
    reset() {
      card = resetCard(card)
    },
    async transmit(apdu) {
      const step = transmit(card, apdu, random)
      if (step.card.memory === card.memory) {
        card = step.card
        return step.response
      }
      const write = chipWrite(chip, serialiseCard(step.card))
      const lasts = power?.(write)
      chip = written(chip, write, lasts)
      if (lasts === undefined) {
        card = step.card
        return step.response
      }
      card = restoreCard(chipImage(chip))
      throw cardError('card.torn')
    },
  }
}

/** Memory of a chip with this card in it. Throws `card.chip-full`. */
export function newChip(card: Card): ChipMemory {
  const blank = blankChip()
  return written(blank, chipWrite(blank, serialiseCard(card)))
}
