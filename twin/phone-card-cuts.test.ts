import { type CardTransport, cardError, type PhoneSlot, readReceipt } from '@unifare/card'
import { UnifareError } from '@unifare/core'
import type { Link } from '@unifare/tap'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { liveCard, openPhoneNetwork } from './phone-card.fixture.ts'

/**
 * A phone card under cuts: between any two commands of its phones and at any message of the link,
 * before the other end saw it or after. Whatever is cut, the card is live in at most one phone, and
 * what the channel paid is on it or in suspense.
 */
const BANK_FEN = 5_000
const LOAD_FEN = 3_000

type World = Awaited<ReturnType<typeof openPhoneNetwork>>
let world: World
let runs = 0

beforeAll(async () => {
  world = await openPhoneNetwork('cuts')
})
afterAll(() => world.close())

interface Cut {
  /** Events that pass before it. */
  readonly after: number
  readonly point: 'before' | 'after'
}

const cuts = fc.array(fc.record({ after: fc.nat(45), point: fc.constantFrom('before', 'after') }), {
  minLength: 2,
  maxLength: 5,
})

describe('request, load and move, cut anywhere', () => {
  it('once, at every step', { timeout: 60_000 }, async () => {
    const { steps } = await ride([])
    expect(steps).toBeGreaterThan(60)
    for (let after = 0; after < steps; after++) {
      const point = after % 2 === 0 ? 'before' : 'after'
      expect(await ride([{ after, point }])).toMatchObject({ cuts: 1 })
    }
  })

  it('several times', { timeout: 60_000 }, async () => {
    let seen = 0
    const check = async (plan: readonly Cut[]) => {
      seen += (await ride(plan)).cuts
    }
    await fc.assert(fc.asyncProperty(cuts, check), { numRuns: 20 })
    expect(seen).toBeGreaterThan(20)
  })
})

/** The whole way of a card, each step again until it is through. */
async function ride(plan: readonly Cut[]): Promise<{ cuts: number; steps: number }> {
  const power = cutter(plan)
  const name = `${runs++}`
  const change = { link: power.link, slot: power.slot }
  const old = await world.riderPhone(`old ${name}`, BANK_FEN, change)
  const fresh = world.phone(`new ${name}`, change)
  let number = ''
  power.on()

  const check = async () => {
    const live = [old, fresh].flatMap(({ slot }) => liveCard(slot.phone()) ?? [])
    expect(live.length).toBeLessThanOrEqual(1)
    const onCardFen = live[0]?.balanceFen ?? frozenFen([old.slot, fresh.slot])
    const rows = number === '' ? [] : await world.loadsOf(number)
    const sumOf = (...states: string[]) =>
      rows.filter(({ state }) => states.includes(state)).reduce((sum, r) => sum + r.amountFen, 0)
    // What has its MAC2 is on the card already, or not yet.
    expect([sumOf('CONFIRMED'), sumOf('CONFIRMED', 'AUTHORISED')]).toContain(onCardFen)
    return { onCardFen, suspenseFen: sumOf('RESERVED', 'AUTHORISED') }
  }
  const again = async <T>(step: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        const result = await step()
        await check()
        return result
      } catch (error) {
        if (!power.isCut(error)) throw error
        await check()
      }
    }
  }

  number = (await again(() => old.card.request())).number
  const load = { order: `load-${number}`, number, amountFen: LOAD_FEN }
  await again(() => old.card.sync(number))
  await again(() => old.card.orderLoad(load))
  await world.issuer.payLoads()
  await again(() => old.card.writeLoad(load))
  await again(() => old.card.addDevice(fresh.card))
  await again(() => old.card.move(number, fresh.card))
  await again(() => old.card.sync(number))
  await again(() => fresh.card.sync(number))
  expect(await check()).toEqual({ onCardFen: LOAD_FEN, suspenseFen: 0 })
  expect(liveCard(fresh.slot.phone())?.balanceFen).toBe(LOAD_FEN)
  expect(liveCard(old.slot.phone())).toBeUndefined()
  return { cuts: power.cuts(), steps: power.steps() }
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
  let steps = 0
  let on = false
  let count = 0
  const pass = async <T>(run: () => Promise<T>, lost: () => Error): Promise<T> => {
    const [next] = waiting
    if (on) steps += 1
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
    steps: () => steps,
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
