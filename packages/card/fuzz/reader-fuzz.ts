import { toHex } from '@unifare/core'
import { AT } from '../src/card.fixture.ts'
import { resetCard, transmit } from '../src/chip/card.ts'
import type { Card } from '../src/chip/card-state.ts'
import type { PsamReader } from '../src/psam/psam-reader.ts'
import { preparePurchase } from '../src/reader/purchase-flow.ts'
import { readCard } from '../src/reader/read-card.ts'
import type { FuzzFault } from './card-fuzz.ts'
import type { Dice } from './dice.ts'
import { anything, mutate } from './mutate.ts'

/** What our reader was told, counted in answers. */
export interface ReaderFigures {
  answers: number
  cardsShown: number
  purchasesOpened: number
  mostAnswers: number
}

/** More than the longest honest reading takes, and what a lying card may cost a reader. */
const ANSWERS_MAX = 400

/** Our reader before cards that lie: it neither throws nor asks for ever. */
export function createReaderFuzz(options: {
  readonly cards: readonly Card[]
  readonly psam: PsamReader
  readonly dice: Dice
}) {
  const { cards, psam, dice } = options
  const figures: ReaderFigures = { answers: 0, cardsShown: 0, purchasesOpened: 0, mostAnswers: 0 }

  return {
    figures,
    /** One presentation of a lying card; the fault it found, if any. */
    async session(): Promise<FuzzFault | undefined> {
      const history: string[] = []
      const transport = lyingCard(dice.pick(cards), { dice, history })
      try {
        const read = await readCard(transport)
        if (read.ok) {
          figures.cardsShown += 1
          const { view } = read
          const terms = { transport, psam, view, amountFen: 200, at: AT, records: () => [] }
          const prepared = await preparePurchase(terms)
          if (prepared.ok) figures.purchasesOpened += 1
        }
      } catch (error) {
        return { target: 'reader', rule: `throws ${String(error)}`, apdu: '', history }
      }
      figures.answers += history.length
      figures.mostAnswers = Math.max(figures.mostAnswers, history.length)
      const asked = `asks ${history.length} times`
      if (history.length <= ANSWERS_MAX) return undefined
      return { target: 'reader', rule: asked, apdu: '', history: history.slice(-40) }
    },
  }
}

/** A real card some of whose answers are changed on the way, or made up. */
function lyingCard(
  start: Card,
  { dice, history }: { readonly dice: Dice; readonly history: string[] },
) {
  let card = resetCard(start)
  const parts = dice.pick([2, 6, 20])
  return {
    async transmit(apdu: Uint8Array): Promise<Uint8Array> {
      const step = transmit(card, apdu, (length) => dice.bytes(length))
      card = step.card
      const answer = dice.oneIn(parts) ? lie(step.response, dice) : step.response
      history.push(`${toHex(apdu)} ${toHex(answer)}`)
      return answer
    },
  }
}

function lie(answer: Uint8Array, dice: Dice): Uint8Array {
  const kept = answer.slice(0, -2)
  switch (dice.below(6)) {
    case 0:
      return anything(answer, dice)
    case 1:
      return Uint8Array.of(0x61, dice.below(256))
    case 2:
      return Uint8Array.of(0x6c, dice.below(256))
    case 3:
      return Uint8Array.of(...anything(answer, dice), 0x90, 0x00)
    default:
      // The body changes and the status word stays good: the worst liar.
      return Uint8Array.of(...mutate(kept, dice), 0x90, 0x00)
  }
}
