import { type CardTransport, cardError, type PhoneSlot, readReceipt } from '@unifare/card'
import { UnifareError } from '@unifare/core'
import { cards, phoneFunds, phoneLoads } from '@unifare/issuer'
import type { Link } from '@unifare/tap'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DAY, liveCard, openPhoneNetwork } from './phone-card.fixture.ts'
import { prepareNetwork } from './src/index.ts'

/**
 * A phone card under cuts: between any two commands of its phones and at any message of the link,
 * before the other end saw it or after. Whatever is cut, the card is live in at most one phone and
 * the sum of what is on it, prepaid and in suspense stays what was paid.
 */
const PAID_FEN = 5_000
const LOAD_FEN = 3_000

type World = Awaited<ReturnType<typeof openPhoneNetwork>>
let world: World
let runs = 0

beforeAll(async () => {
  world = await openPhoneNetwork('cuts')
  await prepareNetwork(world.options)
})
afterAll(() => world.issuer.close())

interface Cut {
  /** Events that pass before it. */
  readonly after: number
  readonly point: 'before' | 'after'
}

const cuts = fc.array(fc.record({ after: fc.nat(45), point: fc.constantFrom('before', 'after') }), {
  minLength: 1,
  maxLength: 5,
})

describe('request, load and move, cut anywhere', () => {
  it('never two live instances, never a lost fen', { timeout: 60_000 }, async () => {
    let seen = 0
    const check = async (plan: readonly Cut[]) => {
      seen += await ride(plan)
    }
    await fc.assert(fc.asyncProperty(cuts, check), { numRuns: 36, examples: EVERY_THIRD })
    expect(seen).toBeGreaterThan(36)
  })
})

/** One cut each, spread over the whole way. */
const EVERY_THIRD: [Cut[]][] = Array.from({ length: 24 }, (_, i) => [
  [{ after: 1 + i * 3, point: i % 2 === 0 ? 'after' : 'before' }],
])

/** The whole way of a card, each step again until it is through; returns how often it was cut. */
async function ride(plan: readonly Cut[]): Promise<number> {
  const power = cutter(plan)
  const name = `${runs++}`
  const change = { link: power.link, slot: power.slot }
  const old = world.riderOf(`old ${name}`, change)
  const fresh = world.riderOf(`new ${name}`, change)
  await old.wallet.open()
  const { account } = old.wallet.state()
  const paid = { account, amountFen: PAID_FEN, day: DAY, reference: name }
  await world.issuer.command({ do: 'phone-fund', ...paid })
  power.on()

  const state = async (number: string) => {
    const live = [old, fresh].flatMap(({ slot }) => liveCard(slot.phone()) ?? [])
    expect(live.length).toBeLessThanOrEqual(1)
    const onCardFen = live[0]?.balanceFen ?? frozenFen([old.slot, fresh.slot])
    const { loadedFen, prepaidFen, suspenseFen } = await booksOf(account, number)
    expect(loadedFen + prepaidFen + suspenseFen).toBe(PAID_FEN)
    // What was authorised is on the card already, or not yet.
    expect([loadedFen, loadedFen + suspenseFen]).toContain(onCardFen)
    return { onCardFen, suspenseFen, prepaidFen }
  }
  const again = async <T>(number: () => string, step: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        const result = await step()
        await state(number())
        return result
      } catch (error) {
        if (!power.isCut(error)) throw error
        await state(number())
      }
    }
  }

  let number = ''
  const known = () => number
  number = (await again(known, () => old.card.request())).number
  await again(known, () => old.card.sync(number))
  // Who loads looks at the card first: a load that was cut off may be on it.
  await again(known, async () => {
    if (liveCard(old.slot.phone())?.balanceFen === 0) await old.card.load(number, LOAD_FEN)
  })
  await again(known, () => old.card.addDevice(fresh.riderId))
  const target = await again(known, () => fresh.card.deviceKey())
  await again(known, () => old.card.move(number, target))
  await again(known, () => old.card.sync(number))
  await again(known, () => fresh.card.sync(number))
  const end = await state(number)
  expect(end).toEqual({
    onCardFen: LOAD_FEN,
    suspenseFen: 0,
    prepaidFen: PAID_FEN - LOAD_FEN,
  })
  expect(liveCard(fresh.slot.phone())?.balanceFen).toBe(LOAD_FEN)
  expect(liveCard(old.slot.phone())).toBeUndefined()
  return power.cuts()
}

async function booksOf(account: string, number: string) {
  return world.issuer.read(async (tx) => {
    const [fund] = await tx.get(phoneFunds, [{ account }])
    const [card] = await tx.get(cards, [{ number }])
    const loads = number === '' ? [] : await tx.select(phoneLoads, { number })
    const open = loads.filter((load) => load.state === 'authorised')
    return {
      prepaidFen: fund?.amountFen ?? 0,
      loadedFen: card?.loadedFen ?? 0,
      suspenseFen: open.reduce((sum, { amountFen }) => sum + amountFen, 0),
    }
  })
}

/** What a frozen instance signed as its balance, while no phone has the card. */
function frozenFen(slots: readonly PhoneSlot[]): number {
  for (const slot of slots) {
    const { deviceKey, instances } = slot.phone()
    const moved = instances.find((instance) => instance.state === 'moved')
    if (moved) return readReceipt(moved.receipt, deviceKey.publicKey)?.balanceFen ?? Number.NaN
  }
  return 0
}

/** Cuts commands and messages alike, in the order in which they come. */
function cutter(plan: readonly Cut[]) {
  const waiting = [...plan]
  let passed = 0
  let on = false
  let count = 0
  const pass = async <T>(run: () => Promise<T>, lost: () => Error): Promise<T> => {
    const [next] = waiting
    if (!on || next === undefined || passed++ < next.after) return run()
    waiting.shift()
    passed = 0
    count += 1
    if (next.point === 'after') await run()
    throw lost()
  }
  const torn = () => cardError('card.torn')
  const wrap = (transport: CardTransport): CardTransport => ({
    transmit: (apdu) => pass(() => transport.transmit(apdu), torn),
  })
  return {
    on: () => {
      on = true
    },
    cuts: () => count,
    isCut: (error: unknown) =>
      error instanceof UnifareError &&
      (error.code === 'card.torn' || error.code === 'link.unreachable'),
    link: (link: Link): Link => ({
      send: (receiver, bytes) =>
        pass(
          () => link.send(receiver, bytes),
          () => new UnifareError('link.unreachable', 'cut off'),
        ),
    }),
    slot: (slot: PhoneSlot): PhoneSlot => ({
      phone: () => slot.phone(),
      reset: () => slot.reset(),
      ...wrap(slot),
      manage: wrap(slot.manage),
    }),
  }
}
