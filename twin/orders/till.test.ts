import { tearing } from '@unifare/card'
import { createSeededRandom } from '@unifare/core'
import { balances, trialBalance } from '@unifare/ledger'
import { openTill, tillOrders, tillViews } from '@unifare/operator'
import { describe, expect, test } from 'vitest'
import { newPlannedCard } from '../src/planned-card.ts'
import { BUS, balanceOf, CARD_FEN, ISSUER, METRO, openShop, type Shop } from './orders.fixture.ts'

const AMOUNT = 2_500
const CREDIT = 0x52
const DEBIT = 0x54
const refused = (code: string) => expect.objectContaining({ code }) as object

async function tillOf(shop: Shop, operator: string) {
  return openTill(shop.network.operator(operator), await shop.refundPoint(operator))
}

/** An agent's books by account; all of them sum to zero. */
async function books(shop: Shop, operator: string): Promise<Record<string, number>> {
  const all = await shop.network.operator(operator).read((tx) => balances(tx))
  expect(trialBalance(all).sumFen).toBe(0)
  return Object.fromEntries([...all].filter(([, fen]) => fen !== 0))
}

/** The agent's machine stops and starts again on its journal alone. */
function restart(shop: Shop, operator: string): Promise<void> {
  return shop.network.restart(operator, { forget: true, random: createSeededRandom('agent') })
}

describe('cash for a load', () => {
  test('is in the till, then due to the issuer', async () => {
    const shop = await openShop('till')
    const card = await shop.card(1)
    const result = await (await tillOf(shop, METRO)).load(card.slot, AMOUNT)
    expect(result).toMatchObject({ ok: true, row: { state: 'LOADED', card: card.number } })
    expect(balanceOf(card)).toBe(CARD_FEN + AMOUNT)
    const till = `till/4131${METRO}`
    expect(await books(shop, METRO)).toEqual({ [till]: AMOUNT, 'centre/orders': -AMOUNT })
    expect(await shop.position(METRO)).toBe(-AMOUNT)
  })

  test.each([
    ['before', 'OWED', 'not on the card: give the cash back'],
    ['after', 'LOADED', 'on the card; due to the issuer'],
  ] as const)(
    'torn %s CREDIT and the agent started anew: the journal goes on, and it is %s',
    async (cut, state, next) => {
      const shop = await openShop(`till-${cut}`)
      const card = await shop.card(1)
      const torn = tearing(card.slot, (apdu) => (apdu[1] === CREDIT ? cut : undefined))
      const first = await (await tillOf(shop, METRO)).load(torn, AMOUNT)
      expect(first).toMatchObject({ ok: false, code: 'card.torn', row: { state: 'TAKEN' } })
      const order = first.row?.order ?? ''
      expect(await books(shop, METRO)).toMatchObject({ [`suspense/load/${order}`]: -AMOUNT })
      await restart(shop, METRO)
      const till = await tillOf(shop, METRO)
      expect(await till.settle()).toBe(0)
      const gain = state === 'LOADED' ? AMOUNT : 0
      expect(await till.resume(order, card.slot)).toMatchObject({ row: { state } })
      expect(balanceOf(card)).toBe(CARD_FEN + gain)
      const operator = shop.network.operator(METRO)
      expect(await operator.read(tillViews)).toMatchObject([{ order, state, next: { en: next } }])
      if (state === 'OWED') expect(await till.payBack(order)).toMatchObject({ state: 'RETURNED' })
      const inTill = gain === 0 ? {} : { [`till/4131${METRO}`]: gain, 'centre/orders': -gain }
      expect(await books(shop, METRO)).toEqual(inTill)
    },
  )

  test('another agent clears the doubt; the first one hears of it when it asks', async () => {
    const shop = await openShop('till-elsewhere')
    const card = await shop.card(1)
    const torn = tearing(card.slot, (apdu) => (apdu[1] === CREDIT ? 'after' : undefined))
    const [metro, bus] = [await tillOf(shop, METRO), await tillOf(shop, BUS)]
    await metro.load(torn, AMOUNT)
    await bus.load(card.slot, 700)
    expect(await metro.settle()).toBe(1)
    expect(await books(shop, METRO)).toMatchObject({ 'centre/orders': -AMOUNT })
    expect(await books(shop, BUS)).toMatchObject({ 'centre/orders': -700 })
  })

  test('can be cancelled while the card cannot have it, and not in doubt', async () => {
    const shop = await openShop('till-cancel')
    const card = await shop.card(1)
    const till = await tillOf(shop, METRO)
    const init = tearing(card.slot, (apdu) => (apdu[1] === 0x50 ? 'before' : undefined))
    const early = await till.load(init, AMOUNT)
    expect(await till.cancel(early.row?.order ?? '')).toMatchObject({ row: { state: 'OWED' } })
    const torn = tearing(card.slot, (apdu) => (apdu[1] === CREDIT ? 'after' : undefined))
    const late = await till.load(torn, AMOUNT)
    expect(await till.cancel(late.row?.order ?? '')).toMatchObject({
      code: 'issuer.load-in-doubt',
      row: { state: 'TAKEN' },
    })
  })

  test('goes back where the issuer takes no load: it does not know the card', async () => {
    const shop = await openShop('till-unknown')
    const made = { holder: 'nobody', issuer: ISSUER, balanceFen: CARD_FEN }
    const slot = await newPlannedCard(shop.network, { ...made, number: '3190000700000000999' })
    const till = await tillOf(shop, METRO)
    const result = await till.load(slot, AMOUNT)
    expect(result).toMatchObject({ ok: false, row: { state: 'OWED' } })
    expect(await books(shop, METRO)).toMatchObject({ 'riders/owed': -AMOUNT })
  })

  test('is not taken for a card that was given back', async () => {
    const shop = await openShop('till-ended')
    const card = await shop.card(1)
    expect(await (await tillOf(shop, BUS)).refund(card.slot)).toMatchObject({ ok: true })
    const result = await (await tillOf(shop, METRO)).load(card.slot, AMOUNT)
    expect(result).toEqual({ ok: false, code: 'card.application-locked' })
    expect(await books(shop, METRO)).toEqual({})
  })

  test('an order of somebody else is none of this till', async () => {
    const shop = await openShop('till-foreign')
    const card = await shop.card(1)
    const till = await tillOf(shop, METRO)
    await expect(till.resume('15215211-load-9', card.slot)).rejects.toThrow(
      refused('operator.unknown-order'),
    )
    const [one, other] = [await till.load(card.slot, AMOUNT), await shop.card(2)]
    await expect(till.payBack(one.row?.order ?? '')).rejects.toThrow(
      refused('operator.order-state'),
    )
    const torn = tearing(card.slot, (apdu) => (apdu[1] === CREDIT ? 'after' : undefined))
    const two = await till.load(torn, AMOUNT)
    expect(await till.resume(two.row?.order ?? '', other.slot)).toMatchObject({
      code: 'operator.other-card',
    })
  })
})

describe('cash for a card that is given back', () => {
  test.each(['before', 'after'] as const)(
    'torn %s DEBIT and the agent started anew, it is paid out once',
    async (cut) => {
      const shop = await openShop(`till-refund-${cut}`)
      const card = await shop.card(1)
      const torn = tearing(card.slot, (apdu) => (apdu[1] === DEBIT ? cut : undefined))
      const begun = await (await tillOf(shop, METRO)).refund(torn)
      expect(begun).toMatchObject({ ok: false, row: { state: 'OPEN', kind: 'refund' } })
      await restart(shop, METRO)
      const till = await tillOf(shop, METRO)
      const order = begun.row?.order ?? ''
      const paid = await till.resume(order, card.slot)
      expect(paid).toMatchObject({ ok: true, row: { state: 'PAID' } })
      const amountFen = paid.row?.amountFen ?? 0
      expect(amountFen).toBeGreaterThan(CARD_FEN)
      expect(await till.resume(order, card.slot)).toEqual(paid)
      expect(balanceOf(card)).toBe(0)
      expect(await books(shop, METRO)).toEqual({
        [`till/4131${METRO}`]: -amountFen,
        'centre/orders': amountFen,
      })
      expect(await shop.position(METRO)).toBe(amountFen)
      const rows = await shop.network.operator(METRO).read((tx) => tx.select(tillOrders, {}))
      expect(rows).toHaveLength(1)
    },
  )
})
