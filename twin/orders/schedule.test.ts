import { tearing } from '@unifare/card'
import { UnifareError } from '@unifare/core'
import { loads } from '@unifare/issuer'
import { balances, trialBalance } from '@unifare/ledger'
import { loadForCash, writeWaiting } from '@unifare/operator'
import type { Link } from '@unifare/tap'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BUS, balanceOf, CARD_FEN, ISSUER, METRO, openShop, type Shop } from './orders.fixture.ts'

const AMOUNTS = [700, 1_100, 1_900, 2_300]
const RUNS = 12

type Fate = 'arrives' | 'lost' | 'answer-lost' | 'twice' | 'restart' | 'rebuild'

/** A visit of the card to a service point: which order, where it is cut, what befalls messages. */
interface Visit {
  readonly order: number
  readonly operator: typeof METRO | typeof BUS
  readonly cut: { readonly command: number; readonly point: 'before' | 'after' } | null
  readonly fates: readonly Fate[]
}

const fate = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Fate>('arrives') },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Fate[]>('lost', 'answer-lost', 'twice', 'restart', 'rebuild'),
  },
)
const visit: fc.Arbitrary<Visit> = fc.record({
  order: fc.nat({ max: AMOUNTS.length - 1 }),
  operator: fc.constantFrom(METRO, BUS),
  cut: fc.option(
    fc.record({
      command: fc.nat({ max: 14 }),
      point: fc.constantFrom('before' as const, 'after' as const),
    }),
  ),
  fates: fc.array(fate, { maxLength: 12 }),
})

/** A carrier that does to each message what the schedule says. */
function scheduled() {
  let fates: Fate[] = []
  let restart: (receiver: string, forget: boolean) => Promise<void> = async () => undefined
  return {
    next(schedule: readonly Fate[]) {
      fates = [...schedule]
    },
    onRestart(work: typeof restart) {
      restart = work
    },
    wrap: (link: Link): Link => ({
      async send(receiver, message) {
        const what = fates.shift() ?? 'arrives'
        if (what === 'lost') throw new UnifareError('link.unreachable', 'lost')
        if (what === 'twice') await link.send(receiver, message)
        if (what === 'restart' || what === 'rebuild') await restart(receiver, what === 'rebuild')
        const answer = await link.send(receiver, message)
        if (what === 'answer-lost') throw new UnifareError('link.unreachable', 'answer lost')
        return answer
      },
    }),
  }
}

/** What every moment has: books that balance, and a card that holds what float and doubt say. */
async function check(shop: Shop, card: Awaited<ReturnType<Shop['card']>>): Promise<void> {
  const held = await shop.issuer().read((tx) => balances(tx))
  expect(trialBalance(held).sumFen).toBe(0)
  const rows = await shop.issuer().read((tx) => tx.select(loads, {}))
  const sumOf = (...states: string[]) =>
    rows.filter(({ state }) => states.includes(state)).reduce((s, r) => s + r.amountFen, 0)
  expect(await shop.owed('suspense')).toBe(sumOf('RESERVED', 'AUTHORISED'))
  expect(await shop.owed('cards/float')).toBe(CARD_FEN + sumOf('CONFIRMED'))
  // A written load whose end is not known stands in suspense until the card tells.
  const [least, most] = [sumOf('CONFIRMED'), sumOf('CONFIRMED', 'AUTHORISED')]
  expect([least, most]).toContain(balanceOf(card) - CARD_FEN)
}

test('cards, ledger and suspense keep their sum under every schedule of faults', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(visit, { minLength: 1, maxLength: 10 }), async (visits) => {
      const carrier = scheduled()
      const shop = await openShop('schedule', carrier.wrap)
      const random = { bytes: (length: number) => new Uint8Array(length) }
      carrier.onRestart((id, forget) => shop.network.restart(id, { forget, random }))
      const card = await shop.card(1)
      for (const { order, operator, cut, fates } of visits) {
        carrier.next(fates)
        let sent = 0
        const transport = tearing(card.slot, () =>
          sent++ === cut?.command ? cut.point : undefined,
        )
        const amountFen = AMOUNTS[order] ?? 0
        const load = { transport, order: `${operator}-${order}`, amountFen }
        try {
          await loadForCash(shop.point(operator), load)
        } catch (error) {
          expect(error).toMatchObject({ code: 'link.unreachable' })
        }
        carrier.next([])
        card.slot.reset()
        await check(shop, card)
      }
      // The card comes back once, whole: no doubt is left, and every fen has its place.
      const last = { transport: card.slot, order: 'last-order', amountFen: 100 }
      expect(await loadForCash(shop.point(BUS), last)).toMatchObject({ ok: true })
      expect(await writeWaiting(shop.point(BUS), card.slot)).toEqual([])
      expect(await shop.owed('cards/float')).toBe(balanceOf(card))
      await check(shop, card)
      const loaded = balanceOf(card) - CARD_FEN
      const agents = -(await shop.position(METRO)) - (await shop.position(BUS))
      expect([agents, await shop.position(ISSUER)]).toEqual([loaded, loaded])
    }),
    { numRuns: RUNS },
  )
}, 60_000)
