import { type CardSlot, type CardTransport, type TearPoint, tearing } from '@unifare/card'
import { assert, type Fen, type Random, randomInteger } from '@unifare/core'
import { makeCardNumber } from '@unifare/registry'
import { newPlannedCard } from '../planned-card.ts'
import type { DrillNetwork } from './drill-network.ts'

const FIRST_SERIAL = 1_000

/** Cards that the issuer of the drill knows. */
export async function issueDrillCards(
  { plan, keys, ports }: DrillNetwork,
  cards: { readonly count: number; readonly balanceFen: Fen },
): Promise<CardSlot[]> {
  const { count, balanceFen } = cards
  const [issuer] = plan.issuers
  assert(issuer?.iin !== undefined, 'the drill has an issuer of cards')
  const { id, iin } = issuer
  const numbers = Array.from({ length: count }, (_, i) =>
    makeCardNumber({ iin, serial: FIRST_SERIAL + i }),
  )
  const issued = numbers.map((number) => ({ number, loadedFen: balanceFen }))
  await ports.issuer(id).command({ do: 'issue-cards', day: plan.day, cards: issued })
  const profile = { issuer: id, balanceFen }
  return Promise.all(
    numbers.map((number) => newPlannedCard({ plan, keys }, { ...profile, holder: number, number })),
  )
}

/** Where a field is lost in a presentation. */
export interface Cut {
  readonly command: number
  readonly point: TearPoint
}

/** A cut at one of the first commands, in every other presentation. */
export function nextCut(random: Random, commands: number): Cut | undefined {
  const [command, point] = [randomInteger(random, 2 * commands), randomInteger(random, 2)]
  return command < commands ? { command, point: point === 0 ? 'before' : 'after' } : undefined
}

/** The card, taken away at the cut. */
export function torn(card: CardSlot, { command, point }: Cut): CardTransport {
  let sent = 0
  return tearing(card, () => (sent++ === command ? point : undefined))
}

/** What the card itself holds. */
export function balanceOf(card: CardSlot): Fen {
  return card.card().memory.balanceFen
}

/** One of several. */
export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[randomInteger(random, items.length)]
  assert(item !== undefined, 'something to pick from')
  return item
}
