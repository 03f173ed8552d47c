import { ascii, fromHex } from '@unifare/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { type BenchCard, benchCard } from '../bench-card.fixture.ts'
import { cityUnionProfile, newCard } from '../card.fixture.ts'
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

  test('a dual card with PIN and a third scheme, too', async () => {
    const dual = await newCard({
      cityUnion: cityUnionProfile(),
      pin: { value: fromHex('123456'), tries: 3, forLoad: true },
      foreign: [{ name: ascii('PAY.SZT'), fci: fromHex('6F00') }],
    })
    expect(restoreCard(serialiseCard(dual)).memory).toEqual(dual.memory)
  })

  test('other bytes are refused with their code', () => {
    const good = serialiseCard(card.card())
    const text = new TextDecoder().decode(good)
    for (const bad of [
      '',
      '{}',
      '[]',
      text.replace('"version":2,', '"version":1,'),
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
