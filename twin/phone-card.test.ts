import { type PhoneSlot, PURSE_AID, readCard } from '@unifare/card'
import { insertCard, openVpcdReader } from '@unifare/card/node'
import { assert, businessDayStart, type Day, nextDay, toHex } from '@unifare/core'
import { cards, statements } from '@unifare/issuer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BEIJING, BUS, DAY, openPhoneNetwork } from './phone-card.fixture.ts'

/** A phone card of Beijing rides a bus in Wuhan, through everything that a phone card goes through. */
const MINUTE = 60_000
const NEXT = nextDay(DAY)
const BANK_FEN = 10_000

type World = Awaited<ReturnType<typeof openPhoneNetwork>>
type Phone = ReturnType<World['phone']>
let world: World
let old: Phone
let fresh: Phone
let number: string
let fareFen: number
let at = businessDayStart(DAY) + 300 * MINUTE

beforeAll(async () => {
  world = await openPhoneNetwork('a phone card')
  await world.ports.setClock(at)
  old = await world.riderPhone('the old phone', BANK_FEN)
  fresh = world.phone('the new phone')
})
afterAll(() => world.close())

describe('a phone card, from its request to its move', () => {
  it('is requested, and personalised over the link', async () => {
    const asked = await old.card.request()
    expect(asked).toMatchObject({ state: 'requested', denied: false })
    ;({ number } = asked)
    expect(await old.card.request()).toEqual(asked)
    expect((await readCard(old.slot)).ok).toBe(false)
    expect(await old.card.sync(number)).toMatchObject({ number, state: 'active' })
    expect(await viewOf(old.slot)).toMatchObject({ number, balanceFen: 0, issuer: BEIJING })
    expect(await old.wallet.look()).toMatchObject({ phoneCards: [{ number, state: 'active' }] })
  })

  it('is loaded with the phone as reader, once the channel has paid', async () => {
    const load = { order: 'first-load', number, amountFen: 3_000 }
    expect(await old.card.orderLoad(load)).toBe('REQUESTED')
    const unpaid = old.card.writeLoad(load)
    await expect(unpaid).rejects.toMatchObject({ code: 'issuer.load-not-paid' })
    await world.issuer.payLoads()
    expect(await world.owed('suspense')).toBe(3_000)
    expect(await old.card.writeLoad(load)).toBe(3_000)
    expect(await old.card.writeLoad(load)).toBe(3_000)
    expect(await world.owed('suspense')).toBe(0)
    expect(await world.owed('cards/float')).toBe(3_000)
  })

  it('is served over the wire of a virtual reader and tapped in another city', async () => {
    const reader = await openVpcdReader()
    const inserting = insertCard({ host: '127.0.0.1', port: reader.port, card: old.slot })
    await reader.powerOn()
    const presence = await inserting
    const decision = await terminal().presentCard(reader)
    expect(decision).toMatchObject({ ok: true })
    fareFen = decision.ok ? decision.amountFen : 0
    expect(fareFen).toBeGreaterThan(0)
    await presence.remove()
    await reader.close()
    expect(await viewOf(old.slot)).toMatchObject({ balanceFen: 3_000 - fareFen })
  })

  it('settles on the day of the centre: the float is what is in the phone', async () => {
    expect(await closeDay(DAY)).toMatchObject({ settledFen: fareFen })
    const parts = await world.issuer.read((tx) => tx.select(statements, { day: DAY }))
    const lines = parts.flatMap(({ statement }) => (statement as { lines: object[] }).lines)
    const line = { account: number, amountFen: fareFen, verdict: 'normal', counterparty: BUS }
    expect(lines).toEqual([expect.objectContaining(line)])
    expect(await world.owed('cards/float')).toBe(3_000 - fareFen)
  })

  it('is suspended by another device: deny list first, then the phone itself says 6A81', async () => {
    const stranger = fresh.card.suspend(number)
    await expect(stranger).rejects.toMatchObject({ code: 'issuer.no-phone-card' })
    await old.card.addDevice(fresh.card)
    const suspended = await fresh.card.suspend(number)
    expect(suspended).toMatchObject({ state: 'suspending', denied: true })
    await spreadDeny()
    expect(await tap(old.slot)).toMatchObject({ ok: false, reason: 'deny.listed' })
    expect(await old.card.sync(number)).toMatchObject({ state: 'suspended' })
    expect(await tap(old.slot)).toMatchObject({ ok: false, reason: 'card.locked' })
    const select = Uint8Array.of(0x00, 0xa4, 0x04, 0x00, 0x08, ...PURSE_AID, 0x00)
    expect(toHex(await old.slot.transmit(select))).toBe('6A81')
    const load = { order: 'while-suspended', number, amountFen: 100 }
    await expect(old.card.writeLoad(load)).rejects.toMatchObject({
      code: 'card.application-locked',
    })
  })

  it('is resumed by who suspended it, never by its finder, and rides again', async () => {
    const finder = old.card.resume(number)
    await expect(finder).rejects.toMatchObject({ code: 'issuer.phone-suspended' })
    expect(await fresh.card.resume(number)).toMatchObject({ state: 'resuming', denied: false })
    expect(await old.card.sync(number)).toMatchObject({ state: 'active' })
    await spreadDeny()
    expect(await tap(old.slot)).toMatchObject({ ok: true, amountFen: fareFen })
  })

  it('moves to the new phone with its money, its counters and its trips', async () => {
    const before = await viewOf(old.slot)
    await old.card.move(number, fresh.card)
    expect(await fresh.card.sync(number)).toMatchObject({ state: 'freezing' })
    expect((await readCard(fresh.slot)).ok).toBe(false)
    expect(await old.card.sync(number)).toMatchObject({ state: 'moving' })
    expect((await readCard(old.slot)).ok).toBe(false)
    expect(await fresh.card.sync(number)).toMatchObject({ state: 'active' })
    const { raw: _, ...moved } = await viewOf(fresh.slot)
    const { raw: __, ...was } = before
    expect(moved).toEqual(was)
    expect(await tap(old.slot)).toMatchObject({ ok: false, reason: 'medium.foreign' })
    expect(await tap(fresh.slot)).toMatchObject({ ok: true, amountFen: fareFen })
  })

  it('is loaded in the new phone, on the account of the rider it belongs to', async () => {
    const load = { order: 'second-load', number, amountFen: 1_500 }
    await fresh.card.orderLoad(load)
    await world.issuer.payLoads()
    const there = old.card.writeLoad(load)
    await expect(there).rejects.toMatchObject({ code: 'card.not-t-union' })
    expect(await fresh.card.writeLoad(load)).toBe(4_500 - 3 * fareFen)
  })

  it('leaves books that tie: what the channel paid is on the card or was ridden', async () => {
    expect(await closeDay(NEXT)).toMatchObject({ settledFen: 2 * fareFen })
    const { balanceFen } = await viewOf(fresh.slot)
    const [float, suspense] = [await world.owed('cards/float'), await world.owed('suspense')]
    expect([balanceFen, float, suspense]).toEqual([4_500 - 3 * fareFen, balanceFen, 0])
    const [card] = await world.issuer.read((tx) => tx.get(cards, [{ number }]))
    expect(card).toMatchObject({ loadedFen: 4_500, spentFen: 3 * fareFen })
  })
})

const terminal = () => {
  const id = world.plan.operators[0]?.terminals[0]?.terminal
  assert(id !== undefined, 'a plan with terminals')
  return world.ports.terminal(id)
}

/** Taps come some minutes apart: one after the other is a ride of its own. */
async function tap(slot: PhoneSlot) {
  at += 30 * MINUTE
  await world.ports.setClock(at)
  slot.reset()
  return terminal().presentCard(slot)
}

async function viewOf(slot: PhoneSlot) {
  slot.reset()
  const read = await readCard(slot)
  if (!read.ok) throw new Error(read.code)
  return read.view
}

async function spreadDeny() {
  const { ports, plan } = world
  await world.issuer.deliver()
  for (const { institution, terminals } of plan.operators) {
    await ports.operator(institution.id).refresh()
    for (const one of terminals) await ports.terminal(one.terminal).refresh()
  }
}

async function closeDay(day: Day) {
  const { ports } = world
  const upTo = businessDayStart(nextDay(day))
  at = upTo
  await ports.setClock(upTo)
  while ((await terminal().upload()) > 0);
  const operator = ports.operator(BUS)
  await operator.command({ do: 'make-charges', upTo, giveUpBefore: upTo })
  expect(await operator.deliver()).toBe(0)
  const result = await ports.centre.command({ do: 'close-day', day })
  await ports.centre.deliver()
  return result
}
