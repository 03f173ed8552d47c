import { openingToJson, probeLoad, readCard } from '@unifare/card'
import { denyEntries } from '@unifare/centre'
import { fromHex, toHex, utf8 } from '@unifare/core'
import { newClaimSecret } from '@unifare/issuer'
import { slowHash } from '@unifare/issuer/node'
import { loadForCash, writeWaiting } from '@unifare/operator'
import { describe, expect, test } from 'vitest'
import { balanceOf, CARD_FEN, ISSUER, METRO, openShop, type Shop } from './orders.fixture.ts'

const DAY_MS = 86_400_000
const refused = (code: string) => expect.objectContaining({ code }) as object

async function register(
  shop: Shop,
  rider: Awaited<ReturnType<Shop['rider']>>,
  { number, slot }: Awaited<ReturnType<Shop['card']>>,
) {
  const { challenge } = await rider.order({ do: 'register-card', card: number })
  const read = await readCard(slot)
  if (!read.ok) throw new TypeError(read.code)
  const probe = await probeLoad({
    transport: slot,
    view: read.view,
    challenge: String(challenge),
    keyIndex: 1,
    at: shop.network.clock.now(),
  })
  if (!probe.ok) throw new TypeError(probe.code)
  const opening = openingToJson(probe.opening)
  return rider.order({ do: 'register-card', card: number, opening })
}

async function denied(shop: Shop): Promise<readonly unknown[]> {
  await shop.issuer().deliver()
  const rows = await shop.network.centre().read((tx) => tx.select(denyEntries, {}))
  return rows.map(({ entry }) => entry)
}

describe('a registered card', () => {
  test('reported by its owner, is frozen at once and its balance moves after two days', async () => {
    const shop = await openShop('registered')
    const [lost, fresh] = [await shop.card(1), await shop.card(2)]
    const rider = await shop.rider('owner')
    expect(await register(shop, rider, lost)).toMatchObject({ state: 'registered' })
    const report = { do: 'report-lost', card: lost.number, to: fresh.number }
    expect(await rider.order(report)).toMatchObject({ state: 'FROZEN', payFrom: '2026-11-22' })
    expect(await denied(shop)).toMatchObject([{ account: lost.number, reason: 'lost' }])
    expect(await shop.issuer().settleClaims()).toMatchObject({ paid: 0 })
    shop.network.wait(2 * DAY_MS)
    expect(await shop.issuer().settleClaims()).toEqual({ paid: 1, residualFen: CARD_FEN })
    expect(await shop.issuer().settleClaims()).toMatchObject({ paid: 0 })
    expect(await shop.owed('suspense')).toBe(CARD_FEN)
    expect(await writeWaiting(shop.point(METRO), fresh.slot)).toMatchObject([{ ok: true }])
    expect(balanceOf(fresh)).toBe(2 * CARD_FEN)
    expect(await shop.owed('cards/float')).toBe(2 * CARD_FEN)
    const load = { transport: lost.slot, order: 'order-0001', amountFen: 100 }
    await expect(loadForCash(shop.point(METRO), load)).rejects.toThrow(refused('issuer.card-ended'))
  })

  test('is its owner’s alone, and who does not hold the card cannot register it', async () => {
    const shop = await openShop('possession')
    const [one, other] = [await shop.card(1), await shop.card(2)]
    const [owner, thief] = [await shop.rider('owner'), await shop.rider('thief')]
    await register(shop, owner, one)
    await expect(thief.order({ do: 'report-lost', card: one.number })).rejects.toThrow(
      refused('issuer.not-your-card'),
    )
    await expect(register(shop, thief, one)).rejects.toThrow(refused('issuer.card-registered'))
    const swapped = { number: other.number, slot: one.slot }
    await expect(register(shop, thief, swapped)).rejects.toThrow(refused('issuer.wrong-opening'))
  })
})

describe('an anonymous card', () => {
  async function sold(shop: Shop) {
    const random = (length: number) => new Uint8Array(length).fill(length)
    const { secret, claimSalt, claimHash } = await newClaimSecret(random, slowHash)
    return { secret, card: await shop.card(1, { claimSalt, claimHash }) }
  }

  async function hashed(shop: Shop, number: string, secret: string): Promise<string> {
    const asked = { do: 'claim-salt', card: number }
    const { salt } = (await shop.point(METRO).ask(ISSUER, asked)) as { salt: string }
    return toHex(await slowHash(utf8(secret), fromHex(salt)))
  }

  test('is claimed by its secret and paid after the late uploads, from the lower of the books', async () => {
    const shop = await openShop('anonymous')
    const { secret, card } = await sold(shop)
    const rider = await shop.rider('finder of the receipt')
    const claim = {
      do: 'claim-lost',
      card: card.number,
      secret: await hashed(shop, card.number, secret),
    }
    expect(await rider.order(claim)).toMatchObject({ ok: true, payFrom: '2026-12-20' })
    expect(await denied(shop)).toMatchObject([{ account: card.number, reason: 'lost' }])
    shop.network.wait(29 * DAY_MS)
    expect(await shop.issuer().settleClaims()).toMatchObject({ paid: 0 })
    shop.network.wait(DAY_MS)
    expect(await shop.issuer().settleClaims()).toEqual({ paid: 1, residualFen: CARD_FEN })
    expect(await shop.owed('riders/claims')).toBe(CARD_FEN)
    expect(await shop.owed('cards/float')).toBe(0)
    expect(await rider.look()).toMatchObject({ orders: [{ kind: 'loss', state: 'PAID' }] })
  })

  test('that rode is paid what the centre’s shadow says, with the loads since', async () => {
    const shop = await openShop('shadow')
    const { secret, card } = await sold(shop)
    const load = { transport: card.slot, order: 'order-0001', amountFen: 500 }
    await loadForCash(shop.point(METRO), load)
    const rider = await shop.rider('claimant')
    const hash = await hashed(shop, card.number, secret)
    await rider.order({ do: 'claim-lost', card: card.number, secret: hash })
    shop.network.wait(30 * DAY_MS)
    const shadows = { [card.number]: 1_200 }
    expect(await shop.issuer().command({ do: 'pay-claims', shadows })).toEqual({
      paid: 1,
      residualFen: 1_700,
    })
    expect(await shop.owed('riders/claims')).toBe(1_700)
  })

  test('a wrong secret has its own code, and five of them close the card for a day', async () => {
    const shop = await openShop('guessing')
    const { secret, card } = await sold(shop)
    const rider = await shop.rider('guesser')
    const right = await hashed(shop, card.number, secret)
    const claim = (hash: string) =>
      rider.order({ do: 'claim-lost', card: card.number, secret: hash })
    for (const left of [4, 3, 2, 1, 0]) {
      const wrong = '0'.repeat(63) + String(left)
      expect(await claim(wrong)).toMatchObject({ code: 'issuer.wrong-secret', left })
    }
    expect(await claim(right)).toMatchObject({ ok: false, code: 'issuer.secret-locked' })
    shop.network.wait(DAY_MS + 1)
    expect(await claim(right)).toMatchObject({ ok: true, state: 'FROZEN' })
  })
})
