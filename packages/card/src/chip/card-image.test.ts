import { beforeEach, describe, expect, test } from 'vitest'
import { type BenchCard, benchCard } from '../bench-card.fixture.ts'
import { restoreCard, serialiseCard } from './card-image.ts'

let card: BenchCard

beforeEach(async () => {
  card = await benchCard()
})

describe('image', () => {
  test('a card comes back with all it had', () => {
    card.purchase()
    expect(restoreCard(serialiseCard(card.card())).memory).toEqual(card.memory())
  })

  test('other bytes are refused with their code', () => {
    const good = serialiseCard(card.card())
    const text = new TextDecoder().decode(good)
    for (const bad of [
      '',
      '{}',
      '[]',
      text.replace(/"version":1}$/, '"version":2}'),
      text.replace('"none"', '"open"'),
      text.slice(1),
    ]) {
      const bytes = new TextEncoder().encode(bad)
      expect(() => restoreCard(bytes), bad.slice(0, 40)).toThrow(
        expect.objectContaining({ code: 'card.bad-image' }),
      )
    }
  })
})
