import { newPsam, opened } from '../src/card.fixture.ts'
import { type CardFigures, createCardFuzz, type FuzzFault } from './card-fuzz.ts'
import { createDice } from './dice.ts'
import { createPsamFuzz, type PsamFigures } from './psam-fuzz.ts'
import { createReaderFuzz, type ReaderFigures } from './reader-fuzz.ts'
import { cardTargets } from './targets.ts'

/** What a run did; `fault` is the first broken rule, where it ended. */
export interface FuzzSummary {
  readonly seed: number
  readonly card: CardFigures
  readonly psam: PsamFigures
  readonly reader: ReaderFigures
  readonly fault: FuzzFault | null
}

/** Card sessions for each one with the PSAM and with the reader, which take longer. */
const CARD_SESSIONS = 20

/**
 * Hostile sessions until the cards have had `count` commands: with cards, PSAM and our own reader.
 * The same seed sends the same commands.
 */
export async function fuzz(options: {
  readonly seed: number
  readonly count: number
  readonly nowMs: () => number
  readonly onProgress?: (commands: number) => void
}): Promise<FuzzSummary> {
  const { seed, count, nowMs, onProgress } = options
  const dice = createDice(seed)
  const targets = await cardTargets()
  const card = createCardFuzz({ targets, dice, nowMs })
  const psam = await createPsamFuzz(dice)
  const reader = createReaderFuzz({
    cards: targets.map((target) => target.card),
    psam: await opened(newPsam()),
    dice,
  })
  let fault: FuzzFault | undefined
  for (let turn = 0; !fault && card.figures.commands < count; turn++) {
    fault = card.session()
    if (fault || turn % CARD_SESSIONS > 0) continue
    fault = (await psam.session()) ?? (await reader.session())
    onProgress?.(card.figures.commands)
  }
  return {
    seed,
    card: card.figures,
    psam: psam.figures,
    reader: reader.figures,
    fault: fault ?? null,
  }
}
