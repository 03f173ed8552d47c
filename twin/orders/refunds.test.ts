import { type PendingPurchase, tearing } from '@unifare/card'
import { settled } from '@unifare/centre'
import { canonicalJson, utf8 } from '@unifare/core'
import { loadForCash, refundCard } from '@unifare/operator'
import { describe, expect, test } from 'vitest'
import { BUS, balanceOf, CARD_FEN, ISSUER, METRO, openShop, type Shop } from './orders.fixture.ts'

const DEPOSIT = 1_500
const DEBIT = 0x54
const refused = (code: string) => expect.objectContaining({ code }) as object

/** What a service point stores before it debits. */
function drawer() {
  const kept: PendingPurchase[] = []
  return { kept, keep: async (pending: PendingPurchase) => void kept.push(pending) }
}

async function refund(
  shop: Shop,
  held: Awaited<ReturnType<Shop['card']>>,
  more: Partial<Parameters<typeof refundCard>[1]> & { readonly operator?: string } = {},
) {
  const { operator = METRO, ...rest } = more
  const { keep } = drawer()
  const asked = { transport: held.slot, order: 'refund-0001', keep, ...rest }
  return refundCard(await shop.refundPoint(operator), asked)
}

describe('a card given back', () => {
  test('gives balance and deposit at any operator, and settles to the issuer', async () => {
    const shop = await openShop('refund')
    const card = await shop.card(1)
    expect(await shop.owed('deposits/held')).toBe(DEPOSIT)
    const result = await refund(shop, card)
    expect(result).toEqual({
      ok: true,
      balanceFen: CARD_FEN,
      depositFen: DEPOSIT,
      blocked: true,
    })
    expect(balanceOf(card)).toBe(0)
    expect(await shop.owed('cards/float')).toBe(0)
    expect(await shop.owed('deposits/held')).toBe(0)
    const paid = CARD_FEN + DEPOSIT
    expect([await shop.position(METRO), await shop.position(ISSUER)]).toEqual([paid, -paid])
    // The purchase that emptied the purse can never come as a charge.
    const identity = `card-${ISSUER}-${card.number}-1`
    const [mark] = await shop.network.centre().read((tx) => tx.get(settled, [{ identity }]))
    expect(mark).toMatchObject({ charge: 'refund-refund-0001' })
  })

  test('a second refund of the card is refused everywhere, and so is a load', async () => {
    const shop = await openShop('refund-twice')
    const card = await shop.card(1)
    await refund(shop, card)
    const ask = (fields: Record<string, string | number>) =>
      shop.point(BUS).ask(ISSUER, { order: 'refund-0002', card: card.number, ...fields })
    await expect(ask({ do: 'refund-request', terminal: `4131${BUS}` })).rejects.toThrow(
      refused('issuer.card-ended'),
    )
    await expect(ask({ do: 'load-request', amountFen: 100 })).rejects.toThrow(
      refused('issuer.card-ended'),
    )
  })

  test('two agents began, one gets the evidence: the other is refused', async () => {
    const shop = await openShop('refund-race')
    const card = await shop.card(1)
    const begin = (operator: string, order: string) =>
      shop.point(operator).ask(ISSUER, {
        do: 'refund-request',
        order,
        card: card.number,
        terminal: `4131${operator}`,
      })
    await begin(BUS, 'refund-0009')
    expect(await refund(shop, card)).toMatchObject({ ok: true })
    const evidence = '00'
    await expect(
      shop.point(BUS).ask(ISSUER, { do: 'refund-confirm', order: 'refund-0009', evidence }),
    ).rejects.toThrow(refused('issuer.card-ended'))
  })

  test('torn behind the debit, it goes on with what was kept', async () => {
    const shop = await openShop('refund-torn')
    const card = await shop.card(1)
    const transport = tearing(card.slot, (apdu) => (apdu[1] === DEBIT ? 'after' : undefined))
    const { kept, keep } = drawer()
    expect(await refund(shop, card, { transport, keep })).toMatchObject({ code: 'card.torn' })
    expect(balanceOf(card)).toBe(0)
    expect(await shop.owed('cards/float')).toBe(CARD_FEN)
    const [pending] = kept
    if (pending === undefined) throw new TypeError('nothing kept')
    expect(await refund(shop, card, { pending })).toMatchObject({
      ok: true,
      balanceFen: CARD_FEN,
      depositFen: DEPOSIT,
    })
    expect(await shop.position(METRO)).toBe(CARD_FEN + DEPOSIT)
  })

  test('a load in doubt is settled first, and comes out with the rest', async () => {
    const shop = await openShop('refund-doubt')
    const card = await shop.card(1)
    const transport = tearing(card.slot, (apdu) => (apdu[1] === 0x52 ? 'after' : undefined))
    await loadForCash(shop.point(BUS), { transport, order: 'order-0001', amountFen: 700 })
    expect(await refund(shop, card)).toMatchObject({ ok: true, balanceFen: CARD_FEN + 700 })
    expect([await shop.owed('suspense'), await shop.owed('cards/float')]).toEqual([0, 0])
    expect(await shop.position(BUS)).toBe(-700)
  })

  test('an issuer brings no refund without the purchase that emptied the purse', async () => {
    const shop = await openShop('refund-forged')
    const { centre } = shop.network.plan
    const body = { do: 'order-settled', kind: 'refund', order: 'refund-0001', agent: METRO }
    await expect(
      shop.issuer().ask(centre.id, 'order', utf8(canonicalJson({ ...body, amountFen: 1 }))),
    ).rejects.toThrow(refused('message.malformed'))
  })
})
