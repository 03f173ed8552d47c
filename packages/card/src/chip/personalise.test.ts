import { beforeEach, describe, expect, test } from 'vitest'
import { type BenchCard, benchCard } from '../bench-card.fixture.ts'
import { newCard, REFS, STORE } from '../card.fixture.ts'
import { deriveCardKey } from '../purse/diversification.ts'
import { identityOf } from './personalise.ts'

let card: BenchCard

beforeEach(async () => {
  card = await benchCard()
})

describe('personalisation', () => {
  test('keys are the masters diversified by issuer, then card', async () => {
    const identity = identityOf({ issuer: '30000001', number: '3104950000000000017' })
    const key = await deriveCardKey({ store: STORE, ref: REFS.purchase, identity })
    expect(card.key('purchase')).toEqual(key)
    const turned = await newCard({ keys: { store: STORE, ...REFS, path: ['card', 'issuer'] } })
    expect(turned.memory.keys[0]!.key).not.toEqual(key)
  })

  test.each([
    { issuer: '1234' },
    { number: '123' },
    { cityCode: 'ABCD' },
    { validTo: '2036-12-3' },
    { balanceFen: -1 },
    { balanceFen: 0.5 },
    { balanceFen: 100_001 },
    { balanceLimitFen: 0x4000_0000 },
    { aidSuffix: new Uint8Array(9) },
    { overdraftFen: 0x100_0000 },
    { pin: { value: new Uint8Array(7), tries: 3, forLoad: false } },
    { pin: { value: Uint8Array.of(0x12, 0xff), tries: 3, forLoad: false } },
    { pin: { value: Uint8Array.of(0x12, 0x34), tries: 16, forLoad: false } },
  ])('refuses %o', async (changes) => {
    await expect(newCard(changes)).rejects.toMatchObject({ code: 'card.bad-field' })
  })
})
