import { openingToJson, probeLoad, readCard, tearing } from '@unifare/card'
import { loadForCash, writeWaiting } from '@unifare/operator'
import { describe, expect, test } from 'vitest'
import { BUS, CARD_FEN, METRO, openShop, type Shop } from './orders.fixture.ts'

const DAY_MS = 86_400_000
const CREDIT = 0x52

type Rider = Awaited<ReturnType<Shop['rider']>>
type Held = Awaited<ReturnType<Shop['card']>>

/** A rider who has registered a card. */
async function ownerOf(shop: Shop, { number, slot }: Held): Promise<Rider> {
  const rider = await shop.rider('owner')
  const { challenge } = await rider.order({ do: 'register-card', card: number })
  const read = await readCard(slot)
  if (!read.ok) throw new TypeError(read.code)
  const { view } = read
  const at = shop.network.clock.now()
  const asked = { transport: slot, view, challenge: String(challenge), keyIndex: 1, at }
  const probe = await probeLoad(asked)
  if (!probe.ok) throw new TypeError(probe.code)
  const opening = openingToJson(probe.opening)
  await rider.order({ do: 'register-card', card: number, opening })
  return rider
}

/** The card is lost, and what the system holds of it falls due. */
async function lose(shop: Shop, rider: Rider, card: Held): Promise<unknown> {
  await rider.order({ do: 'report-lost', card: card.number })
  await shop.issuer().deliver()
  shop.network.wait(3 * DAY_MS)
  return shop.issuer().settleClaims()
}

const bankOf = (shop: Shop, { account }: Rider) => shop.network.issuer().bank.balanceFen(account)

describe('money that riders get back', () => {
  test('of a lost card goes to the owner’s account, once', async () => {
    const shop = await openShop('payout')
    const card = await shop.card(1)
    const rider = await ownerOf(shop, card)
    const before = bankOf(shop, rider)
    expect(await lose(shop, rider, card)).toEqual({ paid: 1, residualFen: CARD_FEN })
    expect(await shop.issuer().payOut()).toEqual({ paid: 1, waiting: 0 })
    expect(await shop.issuer().payOut()).toEqual({ paid: 0, waiting: 0 })
    expect(bankOf(shop, rider)).toBe(before + CARD_FEN)
    expect(await shop.owed('riders/claims')).toBe(0)
  })

  test('of a load that was cancelled comes back from the channel; of one never paid, nothing', async () => {
    const shop = await openShop('payout-load')
    const card = await shop.card(1)
    const rider = await shop.rider('payer', 1_000)
    const request = { do: 'load-request', card: card.number, way: 'next-reader' }
    await rider.order({ ...request, order: 'order-0001', amountFen: 800 })
    await rider.order({ ...request, order: 'order-0002', amountFen: 9_000 })
    expect(await shop.issuer().payLoads()).toEqual({ paid: 1, refused: 1 })
    expect(bankOf(shop, rider)).toBe(200)
    await rider.order({ do: 'load-cancel', order: 'order-0001' })
    expect(await shop.issuer().payOut()).toEqual({ paid: 1, waiting: 0 })
    expect(bankOf(shop, rider)).toBe(1_000)
    expect(await shop.owed('channel')).toBe(0)
    expect(await writeWaiting(shop.point(BUS), card.slot)).toEqual([])
  })

  test.each(['before', 'after'] as const)(
    'of a load in doubt, cut %s CREDIT, goes with the lost card: no reader will ever see it',
    async (cut) => {
      const shop = await openShop(`payout-doubt-${cut}`)
      const card = await shop.card(1)
      const rider = await ownerOf(shop, card)
      const torn = tearing(card.slot, (apdu) => (apdu[1] === CREDIT ? cut : undefined))
      await loadForCash(shop.point(METRO), { transport: torn, order: 'order-0001', amountFen: 700 })
      expect(await shop.owed('suspense')).toBe(700)
      expect(await lose(shop, rider, card)).toEqual({ paid: 1, residualFen: CARD_FEN + 700 })
      expect([await shop.owed('suspense'), await shop.owed('cards/float')]).toEqual([0, 0])
      expect(await shop.position(METRO)).toBe(-700)
    },
  )
})

describe('a ride that is uploaded after the card was paid out', () => {
  test('settles to its operator and is the issuer’s loss', async () => {
    const shop = await openShop('late')
    const card = await shop.card(1)
    const rider = await ownerOf(shop, card)
    const [bus] = shop.network.terminals('single')
    if (bus === undefined) throw new TypeError('no bus')
    card.slot.reset()
    const ride = await (await shop.network.terminal(bus)).presentCard(card.slot)
    if (!ride.ok) throw new TypeError(ride.reason)
    shop.network.wait(600_000)
    expect(await lose(shop, rider, card)).toEqual({ paid: 1, residualFen: CARD_FEN })
    expect(await shop.owed('cards/float')).toBe(0)
    await shop.network.settle()
    expect(await shop.owed('losses/late-taps')).toBe(-ride.amountFen)
    expect(await shop.owed('cards/float')).toBe(0)
    expect(await shop.position(bus.operator)).toBeGreaterThan(0)
  })
})
