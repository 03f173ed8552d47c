import { loadCard, openingToJson, probeLoad, readCard, tearing, writeLoad } from '@unifare/card'
import { canonicalJson, utf8 } from '@unifare/core'
import { orderViews } from '@unifare/issuer'
import { loadForCash, writeWaiting } from '@unifare/operator'
import { describe, expect, test } from 'vitest'
import { BUS, balanceOf, CARD_FEN, ISSUER, METRO, openShop, type Shop } from './orders.fixture.ts'

const AMOUNT = 2_500
const CREDIT = 0x52
const refused = (code: string) => expect.objectContaining({ code }) as object

type Held = Awaited<ReturnType<Shop['card']>>

/** A load whose field is lost before or after CREDIT. */
function torn({ slot }: Held, point: 'before' | 'after') {
  return tearing(slot, (apdu) => (apdu[1] === CREDIT ? point : undefined))
}

describe('cash at a service point', () => {
  test('is on the card, in the float, and due between agent and issuer through the centre', async () => {
    const shop = await openShop('cash')
    const card = await shop.card(1)
    const load = { transport: card.slot, order: 'order-0001', amountFen: AMOUNT }
    const result = await loadForCash(shop.point(METRO), load)
    expect(result).toEqual({ ok: true, state: 'CONFIRMED', amountFen: AMOUNT })
    expect(balanceOf(card)).toBe(CARD_FEN + AMOUNT)
    expect(await shop.owed('cards/float')).toBe(CARD_FEN + AMOUNT)
    expect(await shop.owed('suspense')).toBe(0)
    expect(await shop.owed('agents')).toBe(0)
    expect([await shop.position(METRO), await shop.position(ISSUER)]).toEqual([-AMOUNT, AMOUNT])
    // The same order again changes nothing.
    expect(await loadForCash(shop.point(METRO), load)).toMatchObject({ ok: true })
    expect(balanceOf(card)).toBe(CARD_FEN + AMOUNT)
    expect(await shop.position(METRO)).toBe(-AMOUNT)
  })

  test.each([
    ['before', 'REVERSED', 0],
    ['after', 'CONFIRMED', AMOUNT],
  ] as const)(
    'torn %s CREDIT waits in suspense, and any reader finds it %s',
    async (cut, state, gain) => {
      const shop = await openShop(`torn-${cut}`)
      const card = await shop.card(1)
      const load = { transport: torn(card, cut), order: 'order-0001', amountFen: AMOUNT }
      expect(await loadForCash(shop.point(METRO), load)).toMatchObject({ code: 'card.torn' })
      expect(balanceOf(card)).toBe(CARD_FEN + gain)
      expect(await shop.owed('suspense')).toBe(AMOUNT)
      const later = { at: shop.network.clock.now() + 3_600_000, doubtS: 1_800 }
      const views = () => shop.issuer().read((tx) => orderViews(tx, later))
      expect(await views()).toMatchObject([{ order: 'order-0001', doubtful: true }])
      // Another agent in another place: its own load clears the doubt first.
      const next = { transport: card.slot, order: 'order-0002', amountFen: 1_000 }
      expect(await loadForCash(shop.point(BUS), next)).toMatchObject({ ok: true })
      expect(balanceOf(card)).toBe(CARD_FEN + gain + 1_000)
      expect(await shop.owed('suspense')).toBe(0)
      expect(await shop.owed('cards/float')).toBe(CARD_FEN + gain + 1_000)
      expect(await views()).toMatchObject([{ order: 'order-0001', state }, { order: 'order-0002' }])
      expect(await shop.position(METRO)).toBe(0 - gain)
    },
  )

  test('a counter read before MAC2 was given proves nothing', async () => {
    const shop = await openShop('stale')
    const card = await shop.card(1)
    const read = await readCard(card.slot)
    if (!read.ok) throw new TypeError(read.code)
    const { view } = read
    const at = shop.network.clock.now()
    // Recorded by a rider who wants the money back and the load, too.
    const early = await probeLoad({
      transport: card.slot,
      view,
      challenge: '000000000000',
      keyIndex: 1,
      at,
    })
    if (!early.ok) throw new TypeError(early.code)
    const load = { transport: torn(card, 'after'), order: 'order-0001', amountFen: AMOUNT }
    await loadForCash(shop.point(METRO), load)
    const point = shop.point(METRO)
    const opening = openingToJson(early.opening)
    await expect(
      point.ask(ISSUER, { do: 'load-probe', order: 'order-0001', opening }),
    ).rejects.toThrow(refused('issuer.wrong-opening'))
    await expect(point.ask(ISSUER, { do: 'load-cancel', order: 'order-0001' })).rejects.toThrow(
      refused('issuer.load-in-doubt'),
    )
    expect(await shop.owed('suspense')).toBe(AMOUNT)
  })

  test('one opening has one MAC2, however often it is asked and whoever restarts', async () => {
    const shop = await openShop('again')
    const card = await shop.card(1)
    const point = shop.point(METRO)
    const order = 'order-0001'
    await point.ask(ISSUER, { do: 'load-request', order, card: card.number, amountFen: AMOUNT })
    const read = await readCard(card.slot)
    if (!read.ok) throw new TypeError(read.code)
    const answers: unknown[] = []
    await loadCard({
      transport: card.slot,
      view: read.view,
      ...point,
      amountFen: AMOUNT,
      at: point.now(),
      host: {
        async authorise(opening) {
          const asked = { do: 'load-authorise', order, opening: openingToJson(opening) }
          answers.push(await point.ask(ISSUER, asked))
          const random = { bytes: (length: number) => new Uint8Array(length) }
          await shop.network.restart(ISSUER, { forget: true, random })
          answers.push(await point.ask(ISSUER, asked))
          return { ok: false, code: 'card.torn' }
        },
        confirm: async () => false,
      },
    })
    expect(answers[0]).toMatchObject({ ok: true, mac2: expect.stringMatching(/^[0-9A-F]{8}$/) })
    expect(answers[1]).toEqual(answers[0])
  })
})

describe('paid by the rider', () => {
  test('and written at the next reader, once', async () => {
    const shop = await openShop('next')
    const card = await shop.card(1)
    const rider = await shop.rider('a')
    const request = {
      do: 'load-request',
      order: 'order-0001',
      card: card.number,
      amountFen: AMOUNT,
      way: 'next-reader',
    }
    await rider.order(request)
    expect(await writeWaiting(shop.point(BUS), card.slot)).toEqual([])
    expect(await shop.issuer().payLoads()).toEqual({ paid: 1, refused: 0 })
    expect(await rider.look()).toMatchObject({
      orders: [{ state: 'RESERVED', next: { zh: '已付款，请将卡片放到读卡器上' } }],
    })
    expect(await writeWaiting(shop.point(BUS), torn(card, 'after'))).toMatchObject([{ ok: false }])
    expect(await writeWaiting(shop.point(METRO), card.slot)).toMatchObject([{ ok: true }])
    expect(await writeWaiting(shop.point(METRO), card.slot)).toEqual([])
    expect(balanceOf(card)).toBe(CARD_FEN + AMOUNT)
    expect(await shop.owed('cards/float')).toBe(CARD_FEN + AMOUNT)
    expect(await shop.position(BUS)).toBe(0)
  })

  test('with a phone as reader; without money nothing is written', async () => {
    const shop = await openShop('phone')
    const card = await shop.card(1)
    const rider = await shop.rider('a', AMOUNT)
    const read = await readCard(card.slot)
    if (!read.ok) throw new TypeError(read.code)
    const write = async (order: string) => {
      const request = { order, card: card.number, amountFen: AMOUNT, way: 'phone' }
      await rider.order({ do: 'load-request', ...request })
      await shop.issuer().payLoads()
      const load = { transport: card.slot, view: read.view, order, amountFen: AMOUNT }
      return writeLoad(rider.phone, load)
    }
    expect(await write('order-0001')).toMatchObject({ ok: true })
    expect(await write('order-0002')).toMatchObject({ ok: false, code: 'issuer.load-closed' })
    expect(balanceOf(card)).toBe(CARD_FEN + AMOUNT)
    const stranger = await shop.rider('b')
    await expect(stranger.order({ do: 'load-state', order: 'order-0001' })).rejects.toThrow(
      refused('message.refused'),
    )
  })
})

describe('least privilege', () => {
  test('the centre cannot order a load in an agent’s name, nor make an agent owe', async () => {
    const shop = await openShop('forged')
    const card = await shop.card(1)
    const { centre } = shop.network.plan
    const request = { do: 'load-request', order: 'order-0001', card: card.number, amountFen: 500 }
    const message = await shop.agentMessage(METRO, request, centre.id)
    const body = utf8(canonicalJson({ do: 'forwarded', message }))
    await expect(shop.network.centre().ask(ISSUER, 'order', body)).rejects.toThrow(
      refused('message.bad-signature'),
    )
    const settled = {
      do: 'order-settled',
      kind: 'load',
      order: 'order-0001',
      agent: METRO,
      amountFen: 500,
      warrant: message,
    }
    await expect(
      shop.issuer().ask(centre.id, 'order', utf8(canonicalJson(settled))),
    ).rejects.toThrow(refused('message.bad-signature'))
  })
})
